import type { EntityManager } from 'typeorm';

/** How items become rows of a table: the value of each column but the clinic. */
export interface RowsOf<Item> {
  table: string;
  columns: Record<string, (item: Item) => unknown>;
  /** SQL after the rows. */
  ending?: string;
}

/**
 * Inserts the items as rows of one clinic by one statement. Each row is spelled out with the clinic's id, so that a distributed
 * database sees that all of them belong on one node. @returns what the ending returns.
 */
export async function insertRows<Item, Row>(
  manager: EntityManager,
  { table, columns, ending = '' }: RowsOf<Item>,
  clinicId: string,
  items: Item[],
): Promise<Row[]> {
  if (items.length === 0) return [];
  const values: unknown[] = [clinicId];
  const rows = items.map((item) => ['$1', ...Object.values(columns).map((of) => `$${values.push(of(item))}`)]);
  const names = ['clinic_id', ...Object.keys(columns)].join(', ');
  const tuples = rows.map((row) => `(${row.join(', ')})`).join(', ');
  return manager.query<Row[]>(`INSERT INTO ${table} (${names}) VALUES ${tuples} ${ending}`, values);
}
