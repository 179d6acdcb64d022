import type { CreateExpressCustomerInput } from '../../customer/contract/create-express-customer.input.js';
import type { UpsertExpressCustomerInput } from '../../customer/contract/upsert-express-customer.input.js';

/** Whether each line creates a customer, or creates or changes the one of its reference. */
export type ImportMode = 'create' | 'upsert';

/** What an import takes, each a field of the API's input. */
const COLUMNS: {
  create: (keyof CreateExpressCustomerInput)[];
  upsert: (keyof UpsertExpressCustomerInput)[];
} = {
  create: ['expressCustomerName', 'externalReferenceId', 'metadata', 'idempotencyKey'],
  upsert: ['externalReferenceId', 'expressCustomerName', 'metadata'],
};

const REQUIRED: Record<ImportMode, string> = { create: 'expressCustomerName', upsert: 'externalReferenceId' };

/** What an export adds and an import cannot set; it is ignored, so that an exported file can be imported as it is. */
const READ_ONLY_COLUMNS = [
  ...['id', 'expressCustomerId', 'isActive', 'userCount', 'version', 'createdAt', 'updatedAt'],
  ...['createdByApiKeyId', 'createdByUserId'],
];

const ANY_MODE: readonly string[] = [...COLUMNS.create, ...COLUMNS.upsert, ...READ_ONLY_COLUMNS];

const METADATA_COLUMN = 'metadata.';

/** A column of one metadata key, such as metadata.region. */
export const isMetadataColumn = (name: string): boolean =>
  name.startsWith(METADATA_COLUMN) && name.length > METADATA_COLUMN.length;

export const metadataKeyOf = (name: string): string => name.slice(METADATA_COLUMN.length);

const isKnown = (name: string, mode: ImportMode): boolean =>
  isMetadataColumn(name) || READ_ONLY_COLUMNS.includes(name) || (COLUMNS[mode] as string[]).includes(name);

const describeExpected = (mode: ImportMode): string =>
  `expected is a first line such as ${COLUMNS[mode].join(',')} or with columns such as metadata.region, of which only ${REQUIRED[mode]} is required`;

const DELIMITERS = { '\t': 'tabs', '|': 'vertical bars (|)', ':': 'colons (:)' };

/** A name that somebody gave a column, rather than a cell of the first customer, which may be personal data. */
const LOOKS_LIKE_COLUMN_NAME = /^[a-z]\w{0,40}$/;

export const isReadOnlyColumn = (name: string): boolean => READ_ONLY_COLUMNS.includes(name);

/**
 * What separates the cells of a file, as its first line shows: semicolons, which spreadsheets of many countries write, where
 * they stand outside of quotes and no comma does.
 */
export function findDelimiter(firstLine: string): ',' | ';' {
  const unquoted = firstLine.replace(/"[^"]*("|$)/g, '');
  return unquoted.includes(';') && !unquoted.includes(',') ? ';' : ',';
}

const splitPlainly = (line: string, delimiter: string): string[] =>
  line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));

function describeFormat(line: string): string | null {
  if (/^"?sep=/i.test(line)) return 'it is the line "sep=" of a spreadsheet program: remove it';
  if (/^\s*[{[]/.test(line)) return 'it looks like JSON: use --format ndjson';
  for (const [delimiter, name] of Object.entries(DELIMITERS)) {
    const cells = splitPlainly(line, delimiter);
    if (cells.length > 1 && cells.some((cell) => ANY_MODE.includes(cell)))
      return `it looks separated by ${name}, not by commas or semicolons`;
  }
  return null;
}

function describeUnknown(columns: string[], mode: ImportMode): string | null {
  const unknown = columns.filter((name) => name !== '' && !isKnown(name, mode));
  if (unknown.length === 0) return null;
  const isHeading = unknown.length < columns.length || unknown.every((name) => LOOKS_LIKE_COLUMN_NAME.test(name));
  if (!isHeading) return 'it does not look like names of columns';
  return `unknown columns: ${unknown.map((name) => name.slice(0, 40)).join(', ')}`;
}

function describeNames(columns: string[], mode: ImportMode): string[] {
  const unnamed = columns.flatMap((name, index) => (name === '' ? [index + 1] : []));
  const repeated = [...new Set(columns.filter((name, index) => name !== '' && columns.indexOf(name) < index))];
  return [
    describeUnknown(columns, mode),
    unnamed.length > 0 ? `columns without a name: ${unnamed.join(', ')}; remove them` : null,
    repeated.length > 0 ? `columns named twice: ${repeated.map((name) => name.slice(0, 40)).join(', ')}` : null,
    columns.includes('metadata') && columns.some(isMetadataColumn)
      ? 'the column metadata and columns such as metadata.region; use one of the two'
      : null,
    columns.includes(REQUIRED[mode]) ? null : `no column ${REQUIRED[mode]}`,
  ].filter((fault) => fault !== null);
}

/**
 * @param line the first line as it stands, for faults that leave it without columns. @param columns null: it is no record.
 * @returns in one text everything that is wrong with the names of the columns and what was expected, or null.
 */
export function describeHeadingFault(line: string, columns: string[] | null, mode: ImportMode): string | null {
  const format = describeFormat(line);
  const faults = format ? [format] : columns ? describeNames(columns, mode) : ['its quotes do not match'];
  return faults.length === 0 ? null : `${faults.join('; ')}; ${describeExpected(mode)}`;
}
