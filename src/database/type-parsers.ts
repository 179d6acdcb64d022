import { types, type CustomTypesConfig } from 'pg';

type Reader = (text: string) => unknown;

const defaultParser = types.getTypeParser(types.builtins.TIMESTAMPTZ, 'text') as (text: string) => Date;
const LONGEST_INSTANT = '2024-01-15 09:00:00.123+00'.length;

/**
 * An instant as PostgreSQL writes it in a session whose time zone is UTC, read in half the time that the driver takes, which
 * is ready for every format that a session may choose; another zone's is left to the driver.
 * @throws Error for a text that is no instant in the ISO format: the driver would return null, as if there were none.
 */
export function parseTimestamptz(text: string): Date {
  const isUtc = text.length <= LONGEST_INSTANT && text.endsWith('+00');
  const instant: Date | null = isUtc ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : defaultParser(text);
  if (instant === null || Number.isNaN(instant.valueOf()))
    throw new Error('PostgreSQL sent an instant in another format');
  return instant;
}

/** How values of answers are read: as the driver does, but for instants. */
export const typeParsers: CustomTypesConfig = {
  getTypeParser: (type, format) =>
    type === types.builtins.TIMESTAMPTZ && format !== 'binary'
      ? parseTimestamptz
      : (types.getTypeParser(type, format) as Reader),
};
