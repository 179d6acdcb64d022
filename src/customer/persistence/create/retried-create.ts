import type { DataSource, EntityManager } from 'typeorm';
import { batched } from '../../../database/batched.js';
import { isDistributed } from '../../../database/distributed.js';
import { inTransaction, retryTransient } from '../../../database/in-transaction.js';
import { isUndone } from '../../../database/connection/postgres-errors.js';
import { perDataSource, runPreparedInTransaction } from '../../../database/prepared-statement.js';
import { AppError } from '../../../shared/app-error.js';
import type { Cancellation } from '../../../shared/concurrency/cancellation.js';
import type { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import { buildCreateSql, completeRows, createValues } from './batched-create.js';
import type { WrittenRow, CreateItem, NewExpressCustomer } from '../customer-writes.js';
import { createForTries } from '../distributed/deduplicated-creates.js';
import { buildReplay, type Replay } from './replay.js';
import { TAKE_LOCKS } from './call-locks.js';
import { lockKey, TriesInMemory, type CallIdentity } from './tries-in-memory.js';

/** How long a retry finds its earlier tries, by the clock of the database. */
export const TRY_LIFETIME = '10 minutes';

// How late an original may come after its own retry: as long as a proxy holds a request for a client that has gone.
const LATE_ORIGINAL_LIFETIME = '1 minute';

/** One try of a call, as its client library counts them. */
export interface ClientTry extends CallIdentity {
  /** 0 is the original. */
  retryCount: number;
  /** Whether the client said so. A client that does not count its tries sends no retry, so its originals are never late. */
  isCounted: boolean;
}

const triesInMemory = perDataSource(() => new TriesInMemory());

// An original for which a retry has created a customer already may be that retry's own, and late: the condition leaves it out.
// The look-up is a sub-select with LIMIT and computes with created_at, so that it always goes by the primary key.
const CREATE = buildCreateSql({
  columns: ', actor_id text, fingerprint text, tries integer[], may_be_late boolean',
  condition: `WHERE NOT may_be_late OR (
    SELECT 1 FROM unkeyed_creates AS earlier
    WHERE earlier.clinic_id = $1::uuid AND earlier.actor_id = given.actor_id
      AND earlier.fingerprint = decode(given.fingerprint, 'hex') AND NOT 0 = ANY (earlier.tries)
      AND earlier.created_at + interval '${LATE_ORIGINAL_LIFETIME}' > statement_timestamp()
    LIMIT 1) IS NULL`,
  record: `recorded AS (
    INSERT INTO unkeyed_creates (clinic_id, actor_id, fingerprint, express_customer_id, retry_count, tries)
    SELECT $1::uuid, actor_id, decode(fingerprint, 'hex'), id, tries[cardinality(tries)], tries
    FROM given JOIN customers ON express_customer_id = id
  ),`,
});

// Each customer answers each try once. Of several, a try takes the one whose last earlier try is the nearest: its own call's.
const CLAIM = `
  WITH claimed AS (
    UPDATE unkeyed_creates SET tries = tries || $4::integer[], retry_count = greatest(retry_count, $5::integer)
    WHERE clinic_id = $1 AND actor_id = $2 AND fingerprint = $3 AND express_customer_id = (
      SELECT express_customer_id FROM unkeyed_creates
      WHERE clinic_id = $1 AND actor_id = $2 AND fingerprint = $3 AND NOT tries && $4::integer[]
        AND created_at + $6::interval > statement_timestamp()
      ORDER BY (SELECT max(earlier) FROM unnest(tries) AS earlier WHERE earlier < $5::integer) DESC NULLS LAST,
        created_at DESC LIMIT 1)
    RETURNING express_customer_id
  )
  SELECT express_customer_id AS "expressCustomerId", created_at AS "createdAt" FROM express_customers
  WHERE clinic_id = $1 AND express_customer_id = (SELECT express_customer_id FROM claimed)`;

interface Item extends CreateItem {
  call: CallIdentity;
}

function toItem(customer: NewExpressCustomer, call: CallIdentity, tries: number[], mayBeLate: boolean): Item {
  const { actorId, fingerprint } = call;
  const added = { actor_id: actorId, fingerprint: fingerprint.toString('hex'), tries, may_be_late: mayBeLate };
  return { customer, call, added };
}

/** Null for an original that may be late. */
const createOriginals = batched<Item, ExpressCustomerEntity | null>(
  { name: 'creates', size: 64, concurrency: 1 },
  async (dataSource, { clinicId }, items) => {
    // In a statement of its own: PostgreSQL takes the snapshot and the table locks of a statement before what it locks itself.
    const lockKeys = items.map(({ call }) => lockKey(call));
    const locks = { name: 'express-customers-lock-calls', text: TAKE_LOCKS, values: [lockKeys] };
    const values = createValues(clinicId, items);
    const create = { name: 'express-customers-create-for-client', text: CREATE, values };
    const rows = await retryTransient(() =>
      isDistributed(dataSource)
        ? dataSource.transaction(async (manager) => {
            await manager.query(TAKE_LOCKS, [lockKeys]);
            return createForTries(manager, clinicId, items, LATE_ORIGINAL_LIFETIME);
          })
        : runPreparedInTransaction<WrittenRow>(dataSource, locks, create),
    );
    return completeRows(clinicId, items, rows);
  },
);

async function claim(manager: EntityManager, clientTry: ClientTry, tries: number[]): Promise<Replay | null> {
  const { clinicId, actorId, fingerprint, retryCount } = clientTry;
  const lifetime = tries.includes(0) ? LATE_ORIGINAL_LIFETIME : TRY_LIFETIME;
  const values = [clinicId, actorId, fingerprint, tries, retryCount, lifetime];
  const [earlier] = await manager.query<Replay[]>(CLAIM, values);
  return earlier ?? null;
}

/**
 * Answers as another try of the call was answered; creates when there is none. If the earlier tries were refused, it takes
 * their place too: then a customer that any of them made belongs to another call.
 */
const createUnlessTried = (
  dataSource: DataSource,
  customer: NewExpressCustomer,
  clientTry: ClientTry,
  wasRefused: boolean,
): Promise<ExpressCustomerEntity> =>
  inTransaction(dataSource, clientTry, async (manager) => {
    const { clinicId, retryCount } = clientTry;
    await manager.query(TAKE_LOCKS, [[lockKey(clientTry)]]);
    const tries = wasRefused ? Array.from({ length: retryCount + 1 }, (_, n) => n) : [retryCount];
    const earlier = await claim(manager, clientTry, tries);
    if (earlier) return buildReplay(clinicId, customer, earlier);
    const items = [toItem(customer, clientTry, tries, false)];
    const rows = isDistributed(dataSource)
      ? await createForTries(manager, clinicId, items, LATE_ORIGINAL_LIFETIME)
      : await manager.query<WrittenRow[]>(CREATE, createValues(clinicId, items));
    return completeRows(clinicId, items, rows)[0]!;
  });

// Nothing was created: the caller hung up, no connection became free, or the server cut the work short.
const isRefusal = (error: unknown, signal?: Cancellation): boolean =>
  error === signal?.reason || error instanceof AppError || isUndone(error);

async function createForOriginal(
  dataSource: DataSource,
  customer: NewExpressCustomer,
  original: ClientTry,
  signal?: Cancellation,
): Promise<ExpressCustomerEntity> {
  const { clinicId, isCounted } = original;
  try {
    const created = await createOriginals(dataSource, { clinicId }, toItem(customer, original, [0], isCounted), signal);
    return created ?? (await createUnlessTried(dataSource, customer, original, false));
  } catch (error) {
    if (isRefusal(error, signal)) triesInMemory(dataSource).addRefused(lockKey(original), 0);
    throw error;
  }
}

async function createForRetry(
  dataSource: DataSource,
  customer: NewExpressCustomer,
  retry: ClientTry,
  signal?: Cancellation,
): Promise<ExpressCustomerEntity> {
  const memory = triesInMemory(dataSource);
  const key = lockKey(retry);
  await memory.waitForOriginals(key);
  const wasRefused = memory.takeRefused(key, retry.retryCount - 1);
  try {
    signal?.throwIfAborted();
    return await createUnlessTried(dataSource, customer, retry, wasRefused);
  } catch (error) {
    if (wasRefused && isRefusal(error, signal)) memory.addRefused(key, retry.retryCount);
    throw error;
  }
}

/**
 * Creates a customer with its event for a call whose client library repeats it by itself, marked by a count but by no key. A
 * retry is answered with the customer that an earlier try of its caller and body made within ten minutes, and an original with
 * one that its own retry, which overtook it, made within a minute; each customer answers each count once, so calls that are meant
 * to create two equal customers do. docs/decisions/0050-one-customer-per-create.md names what cannot be distinguished.
 * @throws the signal's reason when it was aborted before the create began.
 */
export function createForClient(
  dataSource: DataSource,
  customer: NewExpressCustomer,
  clientTry: ClientTry,
  signal?: Cancellation,
): Promise<ExpressCustomerEntity> {
  if (clientTry.retryCount > 0) return createForRetry(dataSource, customer, clientTry, signal);
  const original = createForOriginal(dataSource, customer, clientTry, signal);
  return triesInMemory(dataSource).holdOriginal(lockKey(clientTry), original);
}

/** Remembers a try that was refused before it reached `createForClient`, so that its retry is not mistaken for another call's. */
export function rememberRefusedTry(
  dataSource: DataSource,
  { retryCount, ...call }: CallIdentity & { retryCount: number },
): void {
  const memory = triesInMemory(dataSource);
  const key = lockKey(call);
  // A retry is part of a refused call only when the try before it was.
  if (retryCount === 0 || memory.takeRefused(key, retryCount - 1)) memory.addRefused(key, retryCount);
}
