import type { DataSource } from 'typeorm';
import { batched, matchRows } from '../../../database/batched.js';
import { isDistributed, runWrite } from '../../../database/distributed.js';
import { inTransaction } from '../../../database/in-transaction.js';
import { runPrepared } from '../../../database/prepared-statement.js';
import { idempotencyKeyReused } from '../../../shared/app-error.js';
import type { Cancellation } from '../../../shared/concurrency/cancellation.js';
import { externalReferenceTaken } from '../../model/errors.js';
import type { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import { buildCreateSql, countFitting, REFERENCE_IS_FREE, completeRows, createValues } from './batched-create.js';
import type { WrittenRow, CreateItem, NewExpressCustomer } from '../customer-writes.js';
import { findByReference } from '../batched-gets.js';
import { createWithFreeKeys } from '../distributed/deduplicated-creates.js';
import { createCustomers } from '../distributed/write-customers.js';
import { buildReplay, type Replay } from './replay.js';

/** How long a key is remembered, by the clock of the database. */
export const IDEMPOTENCY_KEY_LIFETIME = '24 hours';

/** A call with an idempotency key. A key belongs to its clinic and caller. */
export interface IdempotentCall {
  clinicId: string;
  actorId: string;
  idempotencyKey: string;
  /** Distinguishes the input from every other input. */
  fingerprint: Buffer;
}

// The INSERT of the key waits for another transaction that inserts the same key. Only customers whose key was free are created;
// a key in use is neither locked nor written, so replays do not wait for each other. A key whose call wants a reference that
// another customer has stays free.
const CREATE_WITH_FREE_KEY = buildCreateSql({
  columns: ', actor_id text, key text, fingerprint text',
  claim: `claimed AS (
    INSERT INTO idempotency_keys (clinic_id, actor_id, operation, idempotency_key, fingerprint, express_customer_id)
    SELECT $1::uuid, actor_id, 'createExpressCustomer', key, decode(fingerprint, 'hex'), id
    FROM given WHERE ${REFERENCE_IS_FREE} ORDER BY actor_id, key
    ON CONFLICT (clinic_id, actor_id, operation, idempotency_key) DO NOTHING
    RETURNING express_customer_id
  ),`,
  condition: 'WHERE id IN (SELECT express_customer_id FROM claimed)',
});

const toItem = (
  customer: NewExpressCustomer,
  { actorId, idempotencyKey, fingerprint }: IdempotentCall,
): CreateItem => ({
  customer,
  added: { actor_id: actorId, key: idempotencyKey, fingerprint: fingerprint.toString('hex') },
});

/** Null when the key is in use, or was until it expired, or when another customer has the reference. */
const createWithFreeKey = batched<CreateItem, ExpressCustomerEntity | null>(
  { name: 'creates', size: countFitting, concurrency: 1 },
  async (dataSource, { clinicId }, items) => {
    const values = createValues(clinicId, items);
    const statement = { name: 'express-customers-create-with-key', text: CREATE_WITH_FREE_KEY, values };
    const rows = await runWrite(dataSource, statement, (manager) => createWithFreeKeys(manager, clinicId, items));
    return completeRows(clinicId, items, rows);
  },
);

interface StoredReplay extends Replay {
  n: number;
  fingerprint: Buffer;
}

// One look-up in a primary key for each call.
const FIND_REPLAYS = `
  SELECT wanted.n, used.fingerprint, customer.express_customer_id AS "expressCustomerId",
    customer.created_at AS "createdAt"
  FROM json_to_recordset($2::json) AS wanted (n integer, actor_id text, key text)
  CROSS JOIN LATERAL (
    SELECT fingerprint, express_customer_id FROM idempotency_keys
    WHERE clinic_id = $1 AND actor_id = wanted.actor_id AND operation = 'createExpressCustomer'
      AND idempotency_key = wanted.key
      AND created_at >= statement_timestamp() - interval '${IDEMPOTENCY_KEY_LIFETIME}' LIMIT 1
  ) AS used
  CROSS JOIN LATERAL (
    SELECT express_customer_id, created_at FROM express_customers
    WHERE clinic_id = $1 AND express_customer_id = used.express_customer_id LIMIT 1
  ) AS customer`;

/** Null when no call with the key is remembered. */
const findReplay = batched<IdempotentCall, StoredReplay | null>(
  { name: 'replays', size: 64, concurrency: 2 },
  async (dataSource, { clinicId }, calls) => {
    const wanted = calls.map(({ actorId, idempotencyKey }, n) => ({ n, actor_id: actorId, key: idempotencyKey }));
    const values = [clinicId, JSON.stringify(wanted)];
    const statement = { name: 'express-customers-replay', text: FIND_REPLAYS, values };
    const rows = await runPrepared<StoredReplay>(dataSource, statement);
    return matchRows([...calls.keys()], rows, ({ n }) => n);
  },
);

// Of several calls that meet an expired key, the first renews it, and the others do not find it expired any more.
const TAKE_OVER = `
  UPDATE idempotency_keys SET fingerprint = $4, express_customer_id = $5, created_at = statement_timestamp()
  WHERE clinic_id = $1 AND actor_id = $2 AND operation = 'createExpressCustomer' AND idempotency_key = $3
    AND created_at < statement_timestamp() - interval '${IDEMPOTENCY_KEY_LIFETIME}'`;

const CREATE = buildCreateSql();

/** Null when the key is not there, or not expired any more. */
const createWithExpiredKey = (
  dataSource: DataSource,
  customer: NewExpressCustomer,
  { clinicId, actorId, idempotencyKey, fingerprint }: IdempotentCall,
): Promise<ExpressCustomerEntity | null> =>
  inTransaction(dataSource, { clinicId }, async (manager) => {
    const key = [clinicId, actorId, idempotencyKey, fingerprint, customer.expressCustomerId];
    // TypeORM answers an UPDATE with its rows and their number.
    const [, taken] = await manager.query<[unknown, number]>(TAKE_OVER, key);
    if (taken === 0) return null;
    const rows = isDistributed(dataSource)
      ? await createCustomers(manager, clinicId, [customer])
      : await manager.query<WrittenRow[]>(CREATE, createValues(clinicId, [{ customer }]));
    return completeRows(clinicId, [{ customer }], rows)[0]!;
  });

const isReferenceTaken = async (
  dataSource: DataSource,
  clinicId: string,
  { externalReferenceId }: NewExpressCustomer,
): Promise<boolean> =>
  externalReferenceId !== null && (await findByReference(dataSource, { clinicId }, externalReferenceId)) !== null;

/**
 * Creates a customer with its event and claims its idempotency key, all in one commit. A call with a key that was used within
 * 24 hours creates nothing and is answered as the call that used it first, however many such calls run at the same time. A
 * call that fails leaves the key free.
 * @throws AppError IDEMPOTENCY_KEY_REUSED when the first call had another input, EXTERNAL_REFERENCE_TAKEN, or the database's
 * error when another transaction takes the reference meanwhile; the signal's reason when it was aborted before
 * the create began.
 */
export async function createIdempotently(
  dataSource: DataSource,
  customer: NewExpressCustomer,
  call: IdempotentCall,
  signal?: Cancellation,
): Promise<ExpressCustomerEntity> {
  const { clinicId, fingerprint } = call;
  for (;;) {
    const created = await createWithFreeKey(dataSource, { clinicId }, toItem(customer, call), signal);
    if (created) return created;
    // Before the key is looked up: the customer that has the reference may be what the key created.
    const isTaken = await isReferenceTaken(dataSource, clinicId, customer);
    const replay = await findReplay(dataSource, { clinicId }, call);
    if (replay && !replay.fingerprint.equals(fingerprint)) throw idempotencyKeyReused();
    if (replay) return buildReplay(clinicId, customer, replay);
    if (isTaken) throw externalReferenceTaken();
    const renewed = await createWithExpiredKey(dataSource, customer, call);
    if (renewed) return renewed;
    // Another call has taken the expired key over, or it was deleted, since it was looked at.
  }
}
