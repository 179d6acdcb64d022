import { isMetadataColumn, metadataKeyOf, type ImportMode } from './columns.js';

/** A record's value as the API takes it, or why there is none. */
export type RecordValue = { value: Record<string, unknown> } | { unreadable: string };

type Cells = [column: string, text: string][];

// An empty cell of these is as if it were left out.
const OPTIONAL: Record<ImportMode, readonly string[]> = {
  create: ['externalReferenceId', 'metadata', 'idempotencyKey'],
  upsert: ['externalReferenceId', 'expressCustomerName', 'metadata'],
};

/** What the columns `metadata.<key>` say: an empty cell removes its pair in an upsert, and makes none in a create. */
function readMetadataCells(cells: Cells, mode: ImportMode): Record<string, unknown> {
  const given = cells.filter(([column]) => isMetadataColumn(column));
  if (given.length === 0) return {};
  // From entries: assigning a key such as __proto__ would set no key at all.
  const pairs = Object.fromEntries(
    given.filter(([, text]) => text !== '').map(([column, text]) => [metadataKeyOf(column), text]),
  );
  if (mode === 'create') return { metadata: pairs };
  const unsetMetadata = given.filter(([, text]) => text === '').map(([column]) => metadataKeyOf(column));
  return { setMetadata: pairs, unsetMetadata };
}

/** Makes an input of the API from the cells of a record. */
export function toRecordValue(columns: string[], texts: string[], mode: ImportMode): RecordValue {
  const cells: Cells = columns.map((column, index) => [column, texts[index]!]);
  const plain = cells.filter(
    ([column, text]) => !isMetadataColumn(column) && !(text === '' && OPTIONAL[mode].includes(column)),
  );
  const value = { ...Object.fromEntries(plain), ...readMetadataCells(cells, mode) };
  if (typeof value.metadata !== 'string') return { value };
  try {
    return { value: { ...value, metadata: JSON.parse(value.metadata) as unknown } };
  } catch {
    return { unreadable: 'its metadata is not JSON' };
  }
}
