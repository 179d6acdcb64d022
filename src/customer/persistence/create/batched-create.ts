import type { DataSource } from 'typeorm';
import { batched, matchRows } from '../../../database/batched.js';
import { runWrite } from '../../../database/distributed.js';
import { changesOfCreation } from '../../model/changes.js';
import { externalReferenceTaken } from '../../model/errors.js';
import type { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import { createCustomers } from '../distributed/write-customers.js';
import { takePositions } from '../event-positions.js';
import type { WrittenRow, CreateItem, NewExpressCustomer } from '../customer-writes.js';
import type { Cancellation } from '../../../shared/concurrency/cancellation.js';

/** What a deduplicated create adds to the statement: columns of its items, a condition, and further parts. */
interface Additions {
  columns?: string;
  claim?: string;
  condition?: string;
  record?: string;
}

/**
 * Leaves out items whose reference another customer has. Where another transaction inserts the same reference meanwhile, the
 * index rejects the statement instead. A sub-select with LIMIT, so that it always goes by the index.
 */
export const REFERENCE_IS_FREE = `(reference IS NULL OR (
  SELECT 1 FROM express_customers AS holder
  WHERE holder.clinic_id = $1::uuid AND holder.external_reference_id = given.reference LIMIT 1) IS NULL)`;

/**
 * The one statement that creates customers, each with its event. Its data-modifying parts are one transaction: all or none.
 * References are inserted in one order, so that batches that share some cannot deadlock. The events take their positions when
 * all customers are written, and no lock is waited for after that.
 * By hand, because TypeORM has no way to write two tables in one statement; docs/decisions/0070-creates-and-gets-together.md.
 */
export const buildCreateSql = ({ columns = '', claim = '', condition = '', record = '' }: Additions = {}): string => `
  WITH given AS (
    SELECT * FROM json_to_recordset($2::json) AS given (
      id text, name text, search text, reference text, metadata jsonb, api_key_id uuid, user_id text, changes jsonb${columns})
  ), ${claim} customers AS (
    INSERT INTO express_customers (clinic_id, express_customer_id, express_customer_name, name_search,
      external_reference_id, metadata, created_by_api_key_id, created_by_user_id)
    SELECT $1::uuid, id, name, search, reference, metadata, api_key_id, user_id FROM given ${condition} ORDER BY reference
    RETURNING *
  ), ${record} counted AS (${takePositions('SELECT $1::uuid, count(*) FROM customers HAVING count(*) > 0')}
  ), events AS (
    INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id,
      actor_user_id, changes, position)
    SELECT $1::uuid, id, version, 'express_customer.created', updated_at, api_key_id, user_id, changes,
      last_position + 1 - row_number() OVER (ORDER BY express_customer_id DESC)
    FROM counted CROSS JOIN given JOIN customers ON express_customer_id = id
  )
  SELECT express_customer_id AS "expressCustomerId", is_active AS "isActive", user_count AS "userCount", version,
    created_at AS "createdAt", updated_at AS "updatedAt"
  FROM customers`;

const toGiven = ({ customer, added }: CreateItem): object => ({
  id: customer.expressCustomerId,
  name: customer.expressCustomerName,
  search: customer.nameSearch,
  reference: customer.externalReferenceId,
  metadata: customer.metadata,
  api_key_id: customer.createdByApiKeyId,
  user_id: customer.createdByUserId,
  changes: changesOfCreation(customer),
  ...added,
});

/** The values of a statement of `buildCreateSql`. */
export const createValues = (clinicId: string, items: CreateItem[]): [string, string] => [
  clinicId,
  JSON.stringify(items.map(toGiven)),
];

/** The created customers in the order of the items; null for each that the statement's condition left out. */
export function completeRows(
  clinicId: string,
  items: CreateItem[],
  rows: WrittenRow[],
): (ExpressCustomerEntity | null)[] {
  const ids = items.map(({ customer }) => customer.expressCustomerId);
  const completed = matchRows(ids, rows, ({ expressCustomerId }) => expressCustomerId);
  return completed.map((row, n) => row && { clinicId, ...items[n]!.customer, ...row });
}

const MAX_ITEMS = 64;

/** How many items one statement takes: as many as differ in their references, so that of equal ones the first comes first. */
export function countFitting(waiting: CreateItem[]): number {
  const references = new Set<string>();
  const end = waiting.findIndex(({ customer: { externalReferenceId } }) => {
    if (externalReferenceId === null) return false;
    return references.size === references.add(externalReferenceId).size;
  });
  return Math.min(end === -1 ? waiting.length : end, MAX_ITEMS);
}

const CREATE = buildCreateSql({ condition: `WHERE ${REFERENCE_IS_FREE}` });

/** Null when another customer has the reference. */
const createAll = batched<CreateItem, ExpressCustomerEntity | null>(
  { name: 'creates', size: countFitting, concurrency: 1 },
  async (dataSource, { clinicId }, items) => {
    const values = createValues(clinicId, items);
    const statement = { name: 'express-customers-create', text: CREATE, values };
    const customers = items.map(({ customer }) => customer);
    const rows = await runWrite(dataSource, statement, (manager) => createCustomers(manager, clinicId, customers));
    return completeRows(clinicId, items, rows);
  },
);

/**
 * Creates a customer with its event, in one commit with whatever else its clinic creates at the moment; both are on disk
 * when this returns. Of a batch, only the item whose values the database rejects fails. Every call creates another customer.
 * @throws AppError EXTERNAL_REFERENCE_TAKEN, or the database's error when another transaction takes the reference meanwhile;
 * the signal's reason when it was aborted before the batch began; a batch that has begun is finished.
 */
export async function createBatched(
  dataSource: DataSource,
  clinicId: string,
  customer: NewExpressCustomer,
  signal?: Cancellation,
): Promise<ExpressCustomerEntity> {
  const created = await createAll(dataSource, { clinicId }, { customer }, signal);
  if (!created) throw externalReferenceTaken();
  return created;
}
