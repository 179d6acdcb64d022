import type { DataSource } from 'typeorm';
import { ExpressCustomerEntity } from '../../src/customer/model/express-customer.entity.js';
import type { Acknowledged } from './creating-client.js';

/** What became of acknowledged creates; every number but the first two must be 0. */
export interface Audit {
  acknowledged: number;
  rows: number;
  lost: number;
  doubled: number;
  changed: number;
  withoutEvent: number;
  /** Events whose position is not the next one, and positions that were counted for no event. */
  misplaced: number;
}

const sameMetadata = (a: Record<string, string>, b: Record<string, string>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);

async function countWithoutEvent(dataSource: DataSource, clinicId: string): Promise<number> {
  const [row] = await dataSource.query<{ count: string }[]>(
    `SELECT count(*) FROM express_customers c FULL JOIN express_customer_events e
       ON e.clinic_id = c.clinic_id AND e.express_customer_id = c.express_customer_id AND e.version = 1
      WHERE coalesce(c.clinic_id, e.clinic_id) = $1 AND (c.clinic_id IS NULL OR e.clinic_id IS NULL)`,
    [clinicId],
  );
  return Number(row!.count);
}

async function countMisplaced(dataSource: DataSource, clinicId: string): Promise<number> {
  const [row] = await dataSource.query<{ count: string }[]>(
    `SELECT count(*) FILTER (WHERE position IS DISTINCT FROM place)
       + abs(count(*) - coalesce((SELECT last_position FROM event_counters WHERE clinic_id = $1), 0)) AS count
     FROM (
       SELECT position, row_number() OVER (ORDER BY position) AS place FROM express_customer_events WHERE clinic_id = $1
     ) AS events`,
    [clinicId],
  );
  return Number(row!.count);
}

/** Compares what a client was answered with what the database holds. */
export async function audit(dataSource: DataSource, clinicId: string, acknowledged: Acknowledged[]): Promise<Audit> {
  const rows = await dataSource.getRepository(ExpressCustomerEntity).findBy({ clinicId });
  const byId = new Map(rows.map((row) => [row.expressCustomerId, row]));
  const names = new Set(rows.map(({ expressCustomerName }) => expressCustomerName));
  const found = acknowledged.filter(({ expressCustomerId }) => byId.has(expressCustomerId));
  const changed = found.filter((answer) => {
    const row = byId.get(answer.expressCustomerId)!;
    return row.expressCustomerName !== answer.expressCustomerName || !sameMetadata(row.metadata, answer.metadata);
  });
  return {
    acknowledged: acknowledged.length,
    rows: rows.length,
    lost: acknowledged.length - found.length,
    // Every name is unique, so a name that stands twice is one create that was made twice.
    doubled:
      rows.length -
      names.size +
      (acknowledged.length - new Set(acknowledged.map((answer) => answer.expressCustomerId)).size),
    changed: changed.length,
    withoutEvent: await countWithoutEvent(dataSource, clinicId),
    misplaced: await countMisplaced(dataSource, clinicId),
  };
}
