import type { DataSource } from 'typeorm';
import { batched, matchRows } from '../../../database/batched.js';
import { runPrepared } from '../../../database/prepared-statement.js';
import { idempotencyKeyReused } from '../../model/errors.js';

/** The customer that the first call with a key created. */
export interface FirstAnswer {
  expressCustomerId: string;
  createdAt: Date;
}

/** A call with an idempotency key, told from others of its clinic. */
export interface KeyedCall {
  actorId: string;
  idempotencyKey: string;
  fingerprint: Buffer;
}

interface Held extends FirstAnswer {
  place: number;
  fingerprint: Buffer;
}

// One look-up in a primary key for each; what is older than 24 hours by the database's clock is as good as not there.
const HELD = `
  SELECT wanted.place, held.fingerprint, customer.express_customer_id AS "expressCustomerId",
    customer.created_at AS "createdAt"
  FROM json_to_recordset($2::json) AS wanted (place integer, actor_id text, key text)
  CROSS JOIN LATERAL (
    SELECT fingerprint, express_customer_id FROM idempotency_keys
    WHERE clinic_id = $1 AND actor_id = wanted.actor_id AND operation = 'createExpressCustomer'
      AND idempotency_key = wanted.key AND created_at >= clock_timestamp() - interval '24 hours' LIMIT 1
  ) AS held
  CROSS JOIN LATERAL (
    SELECT express_customer_id, created_at FROM express_customers
    WHERE clinic_id = $1 AND express_customer_id = held.express_customer_id LIMIT 1
  ) AS customer`;

const findHeld = batched<KeyedCall, Held | null>(
  { name: 'replays', size: 64, concurrency: 2 },
  async (dataSource, { clinicId }, calls) => {
    const wanted = calls.map(({ actorId, idempotencyKey }, place) => ({
      place,
      actor_id: actorId,
      key: idempotencyKey,
    }));
    const values = [clinicId, JSON.stringify(wanted)];
    const rows = await runPrepared<Held>(dataSource, { name: 'express-customers-replay', text: HELD, values });
    const places = calls.map((_, place) => place);
    return matchRows(places, rows, ({ place }) => place);
  },
);

/**
 * What a call with the same key was answered before, looked up with whatever else its clinic repeats at the moment.
 * @returns null when no such call is remembered, or not any more.
 * @throws AppError IDEMPOTENCY_KEY_REUSED when that call had another input.
 */
export async function findFirstAnswer(
  dataSource: DataSource,
  clinicId: string,
  call: KeyedCall,
): Promise<FirstAnswer | null> {
  const held = await findHeld(dataSource, { clinicId }, call);
  if (held && !held.fingerprint.equals(call.fingerprint)) throw idempotencyKeyReused();
  return held;
}
