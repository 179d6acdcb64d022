import type { CreateExpressCustomerInput } from '../../customer/contract/create-express-customer.input.js';

/** What an import takes, each a field of the API's input. */
const INPUT_COLUMNS: Record<keyof CreateExpressCustomerInput, true> = {
  expressCustomerName: true,
  externalReferenceId: true,
  metadata: true,
  idempotencyKey: true,
};

/** What an export adds and an import cannot set; it is ignored, so that an exported file can be imported as it is. */
const READ_ONLY_COLUMNS = [
  ...['id', 'expressCustomerId', 'isActive', 'userCount', 'version', 'createdAt', 'updatedAt'],
  ...['createdByApiKeyId', 'createdByUserId'],
];

const REQUIRED: keyof CreateExpressCustomerInput = 'expressCustomerName';
const KNOWN = new Set([...Object.keys(INPUT_COLUMNS), ...READ_ONLY_COLUMNS]);
const EXPECTED = `expected is a first line such as ${Object.keys(INPUT_COLUMNS).join(',')}, of which only ${REQUIRED} is required`;

const DELIMITERS = { ';': 'semicolons (;)', '\t': 'tabs', '|': 'vertical bars (|)', ':': 'colons (:)' };

/** A name that somebody gave a column, rather than a cell of the first customer, which may be personal data. */
const LOOKS_LIKE_COLUMN_NAME = /^[a-z]\w{0,40}$/;

export const isReadOnlyColumn = (name: string): boolean => READ_ONLY_COLUMNS.includes(name);

const splitPlainly = (line: string, delimiter: string): string[] =>
  line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));

function describeFormat(line: string): string | null {
  if (/^"?sep=/i.test(line)) return 'it is the line "sep=" of a spreadsheet program: remove it';
  if (/^\s*[{[]/.test(line)) return 'it looks like JSON: use --format ndjson';
  for (const [delimiter, name] of Object.entries(DELIMITERS)) {
    const cells = splitPlainly(line, delimiter);
    if (cells.length > 1 && cells.some((cell) => KNOWN.has(cell)))
      return `it looks separated by ${name}, not by commas`;
  }
  return null;
}

function describeUnknown(columns: string[]): string | null {
  const unknown = columns.filter((name) => name !== '' && !KNOWN.has(name));
  if (unknown.length === 0) return null;
  const isHeading = unknown.length < columns.length || unknown.every((name) => LOOKS_LIKE_COLUMN_NAME.test(name));
  if (!isHeading) return 'it does not look like names of columns';
  return `unknown columns: ${unknown.map((name) => name.slice(0, 40)).join(', ')}`;
}

function describeNames(columns: string[]): string[] {
  const unnamed = columns.flatMap((name, index) => (name === '' ? [index + 1] : []));
  const repeated = [...new Set(columns.filter((name, index) => name !== '' && columns.indexOf(name) < index))];
  return [
    describeUnknown(columns),
    unnamed.length > 0 ? `columns without a name: ${unnamed.join(', ')}; remove them` : null,
    repeated.length > 0 ? `columns named twice: ${repeated.map((name) => name.slice(0, 40)).join(', ')}` : null,
    columns.includes(REQUIRED) ? null : `no column ${REQUIRED}`,
  ].filter((fault) => fault !== null);
}

/**
 * @param line the first line as it stands, for faults that leave it without columns. @param columns null: it is no record.
 * @returns in one text everything that is wrong with the names of the columns and what was expected, or null.
 */
export function describeHeadingFault(line: string, columns: string[] | null): string | null {
  const format = describeFormat(line);
  const faults = format ? [format] : columns ? describeNames(columns) : ['its quotes do not match'];
  return faults.length === 0 ? null : `${faults.join('; ')}; ${EXPECTED}`;
}
