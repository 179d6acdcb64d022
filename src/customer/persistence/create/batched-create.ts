import type { DataSource } from 'typeorm';
import { retryTransient } from '../../../database/in-transaction.js';
import { batched, matchRows } from '../../../database/batched.js';
import { runPrepared, runPreparedInTransaction } from '../../../database/prepared-statement.js';
import { changesOfCreation } from '../../model/changes.js';
import type { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import type { NewExpressCustomer } from '../express-customer.repository.js';
import { takeTurns, turnOf } from './unkeyed-create.repository.js';

// Data-modifying parts of one statement are one transaction: customers, events and what tells their tries apart, all or
// none. By hand, because TypeORM has no way to write two tables in one statement; see
// docs/decisions/0070-creates-and-gets-together.md for the gain. A key that is held keeps its customer from being created.
const CREATE = `
  WITH given AS (
    SELECT * FROM json_to_recordset($2::json) AS given (
      id text, name text, search text, metadata jsonb, api_key_id uuid, user_id text, changes jsonb,
      actor_id text, key text, fingerprint text)
  ), claimed AS (
    INSERT INTO idempotency_keys (clinic_id, actor_id, operation, idempotency_key, fingerprint, express_customer_id)
    SELECT $1::uuid, actor_id, 'createExpressCustomer', key, decode(fingerprint, 'hex'), id
    FROM given WHERE key IS NOT NULL ORDER BY actor_id, key
    ON CONFLICT (clinic_id, actor_id, operation, idempotency_key) DO NOTHING
    RETURNING express_customer_id
  ), customers AS (
    INSERT INTO express_customers (clinic_id, express_customer_id, express_customer_name, name_search, metadata,
      created_by_api_key_id, created_by_user_id)
    SELECT $1::uuid, id, name, search, metadata, api_key_id, user_id FROM given
    WHERE key IS NULL OR id IN (SELECT express_customer_id FROM claimed)
    RETURNING *
  ), unkeyed AS (
    INSERT INTO unkeyed_creates (clinic_id, actor_id, fingerprint, express_customer_id, retry_count)
    SELECT $1::uuid, actor_id, decode(fingerprint, 'hex'), id, 0 FROM given WHERE key IS NULL AND fingerprint IS NOT NULL
  ), events AS (
    INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id,
      actor_user_id, changes)
    SELECT $1::uuid, id, version, 'express_customer.created', updated_at, api_key_id, user_id, changes
    FROM given JOIN customers ON express_customer_id = id
  )
  SELECT express_customer_id AS "expressCustomerId", is_active AS "isActive", user_count AS "userCount", version,
    created_at AS "createdAt", updated_at AS "updatedAt"
  FROM customers`;

/** What the tries of one create have in common: an idempotency key, or at least the caller and the input. */
export interface Tries {
  actorId: string;
  fingerprint: Buffer;
  idempotencyKey: string | null;
}

interface Create {
  customer: NewExpressCustomer;
  tries: Tries | null;
}

type Completed = Pick<
  ExpressCustomerEntity,
  'expressCustomerId' | 'isActive' | 'userCount' | 'version' | 'createdAt' | 'updatedAt'
>;

const given = ({ customer, tries }: Create): object => ({
  id: customer.expressCustomerId,
  name: customer.expressCustomerName,
  search: customer.nameSearch,
  metadata: customer.metadata,
  api_key_id: customer.createdByApiKeyId,
  user_id: customer.createdByUserId,
  changes: changesOfCreation(customer),
  ...(tries && { actor_id: tries.actorId, key: tries.idempotencyKey, fingerprint: tries.fingerprint.toString('hex') }),
});

// A retry that comes while its original waits for anything at all must find its turn taken, so that comes first, in a
// statement of its own. Keys need none: the second of two inserts of a key waits for the first.
function runCreates(dataSource: DataSource, clinicId: string, creates: Create[]): Promise<Completed[]> {
  const values = [clinicId, JSON.stringify(creates.map(given))];
  const create = { name: 'express-customers-create', text: CREATE, values };
  const unkeyed = creates.flatMap(({ tries }) => (tries && tries.idempotencyKey === null ? [tries] : []));
  if (unkeyed.length === 0) return runPrepared(dataSource, create);
  return runPreparedInTransaction(
    dataSource,
    takeTurns(unkeyed.map((tries) => turnOf({ clinicId, ...tries }))),
    create,
  );
}

const creates = batched<Create, ExpressCustomerEntity | null>(
  { name: 'creates', size: 64, concurrency: 1 },
  async (dataSource, { clinicId }, items) => {
    const rows = await retryTransient(() => runCreates(dataSource, clinicId, items));
    const ids = items.map(({ customer }) => customer.expressCustomerId);
    const completed = matchRows(ids, rows, ({ expressCustomerId }) => expressCustomerId);
    return completed.map((row, n) => row && { clinicId, ...items[n]!.customer, ...row });
  },
);

/**
 * Creates a customer with its event, committed with whatever else its clinic creates at the moment; both are on disk when
 * this returns. A row that the database refuses fails alone.
 * @returns null when the idempotency key has been used before, and nothing was created.
 */
export const createTogether = (
  dataSource: DataSource,
  clinicId: string,
  customer: NewExpressCustomer,
  tries: Tries | null,
): Promise<ExpressCustomerEntity | null> => creates(dataSource, { clinicId }, { customer, tries });
