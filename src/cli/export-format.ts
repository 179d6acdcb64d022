import { stringify } from 'csv-stringify/sync';
import type { Format } from './import/lines.js';

const COLUMNS = [
  ...[
    'expressCustomerId',
    'expressCustomerName',
    'externalReferenceId',
    'isActive',
    'userCount',
    'metadata',
    'version',
  ],
  ...['createdAt', 'updatedAt', 'createdByApiKeyId', 'createdByUserId'],
];

// Besides commas and quotes: line ends of any reader (CR, vertical tab, form feed, NEL, U+2028, U+2029) and other control
// characters, the semicolon that spreadsheets of some countries split at, and white space that readers trim.
const MUST_BE_QUOTED = /[\p{Cc}\p{Zl}\p{Zp};]|^\s|\s$/u;

// JSON permits them within strings as they are, but many readers of lines end a line at them.
const JSON_LINE_ENDS = /[\u0085\u2028\u2029]/g;

const formatCsv = (customers: object[], header: boolean): string =>
  stringify(customers, {
    header,
    columns: COLUMNS,
    quoted_match: MUST_BE_QUOTED,
    cast: { date: (date) => date.toISOString(), boolean: String },
  });

/** A line of NDJSON. */
export const formatLine = (value: object): string => {
  const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(value).replace(JSON_LINE_ENDS, escape)}\n`;
};

/** The text of a page of an export, in which no cell or line ends early for any common reader of CSV or of lines. */
export const formatCustomers = (customers: object[], format: Format, isFirst: boolean): string =>
  format === 'csv' ? formatCsv(customers, isFirst) : customers.map(formatLine).join('');
