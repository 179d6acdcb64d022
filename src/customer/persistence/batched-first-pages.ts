import type { DataSource } from 'typeorm';
import { isFaultOfValues, oncePerDataSource, runNamed } from '../../database/prepared-statement.js';
import { Batches } from '../../shared/batches.js';

/** Lists of one kind, such as the users of a customer: each has an owner. */
export interface ListKind {
  /** What its batches are called where they are counted. */
  name: string;
  /** SQL of one list in its order: of the clinic `$1` and the owner `wanted.id`. */
  sqlOf: (dataSource: DataSource) => string;
}

type Owned<Row> = Row & { ownerId: string };

/** Lists that one statement reads. */
const MOST_LISTS = 100;

function byOwner<Row extends object>(rows: Owned<Row>[]): Map<string, Row[]> {
  const lists = new Map<string, Row[]>();
  for (const { ownerId, ...row } of rows) {
    const list = lists.get(ownerId);
    if (list) list.push(row as unknown as Row);
    else lists.set(ownerId, [row as unknown as Row]);
  }
  return lists;
}

// Each list is cut and ordered by itself, and the lists come one after the other: a nested loop has no other way.
function pagesOf<Row extends object>(dataSource: DataSource, { name, sqlOf }: ListKind): Batches<string, Row[]> {
  const text = `
    SELECT wanted.id AS "ownerId", list.* FROM unnest($2::text[]) AS wanted (id)
    CROSS JOIN LATERAL (${sqlOf(dataSource)} LIMIT $3) AS list`;
  const run = async (key: string, ownerIds: string[]): Promise<Row[][]> => {
    const [clinicId, limit] = key.split(' ');
    const values = [clinicId, [...new Set(ownerIds)], Number(limit)];
    const lists = byOwner(await runNamed<Owned<Row>>(dataSource, { name: `${name}-first-pages`, text, values }));
    return ownerIds.map((id) => lists.get(id) ?? []);
  };
  return new Batches(run, { name, size: MOST_LISTS, atOnce: 2, isFaultOfAnItem: isFaultOfValues });
}

/**
 * Reads the first rows of a list together with the same kind of lists that its clinic asks for at the moment: the users of
 * each customer on a page, or the customers of each user that a router asks about, are one statement. For use outside of
 * transactions.
 */
export function firstPagesOf<Row extends object>(kind: ListKind) {
  const pages = oncePerDataSource((dataSource: DataSource) => pagesOf<Row>(dataSource, kind));
  return (dataSource: DataSource, clinicId: string, ownerId: string, limit: number): Promise<Row[]> =>
    pages(dataSource).add(`${clinicId} ${limit}`, ownerId);
}
