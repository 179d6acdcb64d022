import type { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import type { Creation, Update, Write, WrittenRow } from '../customer-writes.js';
import { changesOfCreation } from '../../model/changes.js';
import { foldForSearch } from '../../model/fold-for-search.js';
import { takePositions } from '../event-positions.js';

/**
 * Writes customers and their events in one transaction: updates those whose version is still the one that was read, and creates
 * those whose reference is still free. The others are left out. Rows are locked in the order of their ids, then references are
 * inserted in their order, then the counter of the feed is locked: transactions that share some cannot deadlock.
 * A customer with events that have no position is left out too, since they come before the new one.
 */
export const WRITE = `
  WITH given AS (
    SELECT * FROM json_to_recordset($2::json) AS given (
      id text, base_version integer, reference text, name text, search text, is_active boolean, metadata jsonb,
      api_key_id uuid, user_id text, type text, changes jsonb)
  ), locked AS (
    SELECT id FROM (SELECT * FROM given WHERE base_version IS NOT NULL ORDER BY id) AS changed
    CROSS JOIN LATERAL (
      SELECT 1 FROM express_customers AS customer
      WHERE customer.clinic_id = $1::uuid AND customer.express_customer_id = changed.id
        AND customer.version = changed.base_version
      LIMIT 1 FOR UPDATE
    ) AS row
    WHERE NOT EXISTS (
      SELECT 1 FROM express_customer_events AS event
      WHERE event.clinic_id = $1::uuid AND event.express_customer_id = changed.id AND event.position IS NULL)
  ), updated AS (
    UPDATE express_customers AS customer SET express_customer_name = name, name_search = search,
      is_active = given.is_active, metadata = given.metadata, version = customer.version + 1,
      updated_at = greatest(statement_timestamp(), customer.updated_at)
    FROM locked JOIN given USING (id)
    WHERE customer.clinic_id = $1::uuid AND customer.express_customer_id = id
    RETURNING customer.*
  ), created AS (
    INSERT INTO express_customers (clinic_id, express_customer_id, express_customer_name, name_search,
      external_reference_id, metadata, created_by_api_key_id, created_by_user_id)
    SELECT $1::uuid, id, name, search, reference, metadata, api_key_id, user_id FROM given
    WHERE base_version IS NULL AND (SELECT count(*) FROM updated) >= 0
    ORDER BY reference
    ON CONFLICT (clinic_id, external_reference_id) WHERE external_reference_id IS NOT NULL DO NOTHING
    RETURNING *
  ), written AS (
    SELECT * FROM updated UNION ALL SELECT * FROM created
  ), counted AS (${takePositions('SELECT $1::uuid, count(*) FROM written HAVING count(*) > 0')}
  ), events AS (
    INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id,
      actor_user_id, changes, position)
    SELECT $1::uuid, id, version, type, updated_at, api_key_id, user_id, changes,
      last_position + 1 - row_number() OVER (ORDER BY express_customer_id DESC)
    FROM counted CROSS JOIN given JOIN written ON express_customer_id = id
  )
  SELECT express_customer_id AS "expressCustomerId", is_active AS "isActive", user_count AS "userCount", version,
    created_at AS "createdAt", updated_at AS "updatedAt"
  FROM written`;

const toCreation = ({ customer }: Creation): object => ({
  id: customer.expressCustomerId,
  base_version: null,
  reference: customer.externalReferenceId,
  name: customer.expressCustomerName,
  search: customer.nameSearch,
  metadata: customer.metadata,
  api_key_id: customer.createdByApiKeyId,
  user_id: customer.createdByUserId,
  type: 'express_customer.created',
  changes: changesOfCreation(customer),
});

const toUpdate = ({ row, next, type, changes, actor }: Update): object => ({
  id: row.expressCustomerId,
  base_version: row.version,
  name: next.expressCustomerName,
  search: foldForSearch(next.expressCustomerName),
  is_active: next.isActive,
  metadata: next.metadata,
  api_key_id: actor.kind === 'api-key' ? actor.apiKeyId : null,
  user_id: actor.kind === 'user' ? actor.userId : null,
  type,
  changes,
});

/** The values of `WRITE`. */
export const writeValues = (clinicId: string, writes: Write[]): [string, string] => [
  clinicId,
  JSON.stringify(writes.map((write) => (write.kind === 'create' ? toCreation(write) : toUpdate(write)))),
];

/** The customer after a write. */
export const completeWritten = (clinicId: string, write: Write, written: WrittenRow): ExpressCustomerEntity =>
  write.kind === 'create'
    ? { clinicId, ...write.customer, ...written }
    : { ...write.row, ...write.next, ...written, nameSearch: foldForSearch(write.next.expressCustomerName) };

/** The id of the customer that a write is about. */
export const idOf = (write: Write): string =>
  write.kind === 'create' ? write.customer.expressCustomerId : write.row.expressCustomerId;
