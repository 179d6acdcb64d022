import type { QueryRunner } from 'typeorm';
import { createIndex, type OnlineMigration } from '../online-migration.js';

const NIL_UUID = '00000000-0000-0000-0000-000000000000';
const NEXT_CLINIC = 'SELECT clinic_id FROM express_customer_events WHERE clinic_id > $1 ORDER BY clinic_id LIMIT 1';

// First, so that the events are looked at when no other process numbers them any more: not even one that was killed, whose
// statement the server still executes.
const LOCK_COUNTER = `
  INSERT INTO event_counters (clinic_id, last_position) VALUES ($1, 0)
  ON CONFLICT (clinic_id) DO UPDATE SET last_position = event_counters.last_position`;

// In the order of time. Of one customer no event has an earlier time than the one before it.
const NUMBER_CLINIC = `
  WITH numbered AS (
    SELECT express_customer_id, version,
      row_number() OVER (ORDER BY occurred_at DESC, express_customer_id DESC, version DESC) AS from_last
    FROM express_customer_events WHERE clinic_id = $1 AND position IS NULL
  ), counted AS (
    UPDATE event_counters SET last_position = last_position + (SELECT count(*) FROM numbered) WHERE clinic_id = $1
    RETURNING last_position
  )
  UPDATE express_customer_events AS event SET position = last_position + 1 - from_last
  FROM numbered CROSS JOIN counted
  WHERE event.clinic_id = $1 AND event.express_customer_id = numbered.express_customer_id
    AND event.version = numbered.version`;

async function numberClinic(session: QueryRunner, clinicId: string): Promise<void> {
  await session.startTransaction();
  try {
    await session.query(LOCK_COUNTER, [clinicId]);
    await session.query(NUMBER_CLINIC, [clinicId]);
    await session.commitTransaction();
  } catch (error) {
    await session.rollbackTransaction();
    throw error;
  }
}

/** Numbers the events that there are, clinic by clinic. */
export class NumberEvents1767225600701 implements OnlineMigration {
  readonly isOnline = true;

  async up(session: QueryRunner): Promise<void> {
    let clinicId = NIL_UUID;
    for (;;) {
      const [next] = (await session.query(NEXT_CLINIC, [clinicId])) as { clinic_id: string }[];
      if (!next) break;
      clinicId = next.clinic_id;
      await numberClinic(session, clinicId);
    }
    const table = 'express_customer_events';
    await createIndex(session, {
      ...{ name: 'express_customer_events_position', table, isUnique: true },
      on: '(clinic_id, position)',
    });
    // Empty but for what instances of the version before write: it finds their events at no cost to others.
    await createIndex(session, {
      ...{ name: 'express_customer_events_unnumbered', table },
      on: '(clinic_id, express_customer_id) WHERE position IS NULL',
    });
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('DROP INDEX express_customer_events_unnumbered');
    await session.query('DROP INDEX express_customer_events_position');
  }
}
