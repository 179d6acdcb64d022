import type { DataSource } from 'typeorm';
import { batched, type Group } from '../../database/batched.js';
import { perDataSource, runPrepared } from '../../database/prepared-statement.js';

/** A kind of lists that belong to an owner each, such as the users of a customer. */
export interface ListKind {
  /** The name under which its batches are counted. */
  name: string;
  /** SQL of one list in its order: of the clinic `$1` and the owner `wanted.id`. */
  sqlOf: (dataSource: DataSource) => string;
}

type Owned<Row> = Row & { ownerId: string };

/** Lists per statement. */
const MAX_LISTS = 100;

function groupByOwner<Row extends object>(rows: Owned<Row>[]): Map<string, Row[]> {
  const lists = new Map<string, Row[]>();
  for (const { ownerId, ...row } of rows) {
    const list = lists.get(ownerId);
    if (list) list.push(row as unknown as Row);
    else lists.set(ownerId, [row as unknown as Row]);
  }
  return lists;
}

interface FirstPages extends Group {
  limit: number;
}

/**
 * Makes a function that reads the first `limit` rows of a list together with the same kind of lists that its clinic asks for
 * at the moment: the users of each customer on a page, or the customers of each user that a router asks about, are one
 * statement. For use outside of transactions.
 */
export function batchedFirstPages<Row extends object>({ name, sqlOf }: ListKind) {
  // Each list is cut and ordered by itself, and the lists follow one another: a nested loop has no other way.
  const textOf = perDataSource(
    (dataSource) => `
    SELECT wanted.id AS "ownerId", list.* FROM unnest($2::text[]) AS wanted (id)
    CROSS JOIN LATERAL (${sqlOf(dataSource)} LIMIT $3) AS list`,
  );
  return batched<string, Row[], FirstPages>(
    { name, size: MAX_LISTS, concurrency: 2, keyOf: ({ limit }) => `${limit}` },
    async (dataSource, { clinicId, limit }, ownerIds) => {
      const values = [clinicId, [...new Set(ownerIds)], limit];
      const statement = { name: `${name}-first-pages`, text: textOf(dataSource), values };
      const lists = groupByOwner(await runPrepared<Owned<Row>>(dataSource, statement));
      return ownerIds.map((id) => lists.get(id) ?? []);
    },
  );
}
