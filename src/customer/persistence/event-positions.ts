import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction } from '../../database/in-transaction.js';

/**
 * SQL that takes positions in a clinic's feed: one for each event. It locks the clinic's counter until the commit, so that
 * positions are in the order of the commits and none is missing. `source` selects the clinic and how many, or no row; it
 * must depend on everything that the transaction may have to wait for, because whoever holds the counter must wait for nothing.
 */
export const takePositions = (source: string): string => `
  INSERT INTO event_counters (clinic_id, last_position) ${source}
  ON CONFLICT (clinic_id) DO UPDATE SET last_position = event_counters.last_position + excluded.last_position
  RETURNING last_position`;

const LOCK_COUNTER = takePositions('VALUES ($1::uuid, 0)');

// Of one customer no event has an earlier time than the one before it.
const buildNumbering = (which: string): string => `
  WITH numbered AS (
    SELECT express_customer_id, version,
      row_number() OVER (ORDER BY occurred_at DESC, express_customer_id DESC, version DESC) AS from_last
    FROM express_customer_events WHERE clinic_id = $1 AND position IS NULL ${which}
  ), counted AS (
    UPDATE event_counters SET last_position = last_position + (SELECT count(*) FROM numbered) WHERE clinic_id = $1
    RETURNING last_position
  )
  UPDATE express_customer_events AS event SET position = last_position + 1 - from_last
  FROM numbered CROSS JOIN counted
  WHERE event.clinic_id = $1 AND event.express_customer_id = numbered.express_customer_id
    AND event.version = numbered.version`;

const NUMBER_CLINIC = buildNumbering('');
const NUMBER_CUSTOMER = buildNumbering('AND express_customer_id = $2');

/**
 * Gives positions to the events without one, which instances of an earlier version wrote: all of a clinic, or those of one
 * customer. Call it in a transaction, as the last thing that may have to wait for others.
 */
export async function numberEvents(
  manager: EntityManager,
  clinicId: string,
  expressCustomerId?: string,
): Promise<void> {
  // In a statement of its own: the next one then sees what was committed before the lock was taken.
  await manager.query(LOCK_COUNTER, [clinicId]);
  if (expressCustomerId === undefined) await manager.query(NUMBER_CLINIC, [clinicId]);
  else await manager.query(NUMBER_CUSTOMER, [clinicId, expressCustomerId]);
}

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

// One look-up in the index of events without a position, which is empty but for an upgrade.
const NEXT_CLINIC = `
  SELECT clinic_id AS "clinicId" FROM express_customer_events
  WHERE position IS NULL AND clinic_id > $1 ORDER BY clinic_id LIMIT 1`;

/**
 * Gives positions to all events without one, clinic by clinic, so that the feeds show what instances of an earlier version wrote.
 * Any number of instances may do it simultaneously. It ends after the current clinic when `stopping` is aborted.
 */
export async function numberEventsOfAllClinics(dataSource: DataSource, stopping?: AbortSignal): Promise<void> {
  let clinicId = NIL_UUID;
  while (!stopping?.aborted) {
    const [next] = await dataSource.query<{ clinicId: string }[]>(NEXT_CLINIC, [clinicId]);
    if (!next) return;
    clinicId = next.clinicId;
    await inTransaction(dataSource, next, (manager) => numberEvents(manager, next.clinicId));
  }
}
