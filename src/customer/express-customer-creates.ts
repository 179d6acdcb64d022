import type { DataSource } from 'typeorm';
import { isFaultOfValues, oncePerDataSource, runNamed } from '../database/named-statement.js';
import { Batches } from '../shared/batches.js';
import { changesOfCreation } from './changes.js';
import type { ExpressCustomerEntity } from './express-customer.entity.js';
import type { NewExpressCustomer } from './express-customer.repository.js';

// Data-modifying parts of one statement are one transaction: customers and events, all or none. By hand, because TypeORM
// has no way to write two tables in one statement; see docs/decisions/0070-creates-and-gets-together.md for the gain.
const CREATE = `
  WITH given AS (
    SELECT * FROM json_to_recordset($2::json) AS given (
      id text, name text, search text, metadata jsonb, api_key_id uuid, user_id text, changes jsonb)
  ), customers AS (
    INSERT INTO express_customers (clinic_id, express_customer_id, express_customer_name, name_search, metadata,
      created_by_api_key_id, created_by_user_id)
    SELECT $1::uuid, id, name, search, metadata, api_key_id, user_id FROM given
    RETURNING *
  ), events AS (
    INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id,
      actor_user_id, changes)
    SELECT $1::uuid, id, version, 'express_customer.created', updated_at, api_key_id, user_id, changes
    FROM given JOIN customers ON express_customer_id = id
  )
  SELECT express_customer_id AS "expressCustomerId", is_active AS "isActive", user_count AS "userCount", version,
    created_at AS "createdAt", updated_at AS "updatedAt"
  FROM customers`;

type Completed = Pick<
  ExpressCustomerEntity,
  'expressCustomerId' | 'isActive' | 'userCount' | 'version' | 'createdAt' | 'updatedAt'
>;

const given = (customer: NewExpressCustomer): object => ({
  id: customer.expressCustomerId,
  name: customer.expressCustomerName,
  search: customer.nameSearch,
  metadata: customer.metadata,
  api_key_id: customer.createdByApiKeyId,
  user_id: customer.createdByUserId,
  changes: changesOfCreation(customer),
});

function createsOf(dataSource: DataSource): Batches<NewExpressCustomer, ExpressCustomerEntity> {
  const run = async (clinicId: string, customers: NewExpressCustomer[]): Promise<ExpressCustomerEntity[]> => {
    const values = [clinicId, JSON.stringify(customers.map(given))];
    const rows = await runNamed<Completed>(dataSource, 'express-customers-create', CREATE, values);
    const byId = new Map(rows.map((row) => [row.expressCustomerId, row]));
    return customers.map((customer) => ({ clinicId, ...customer, ...byId.get(customer.expressCustomerId)! }));
  };
  return new Batches(run, { size: 64, atOnce: 1, isFaultOfAnItem: isFaultOfValues });
}

const creates = oncePerDataSource(createsOf);

/**
 * Creates a customer with its event, committed with whatever else its clinic creates at the moment; both are on disk when
 * this returns. A row that the database refuses fails alone.
 */
export const createTogether = (
  dataSource: DataSource,
  clinicId: string,
  customer: NewExpressCustomer,
): Promise<ExpressCustomerEntity> => creates(dataSource).add(clinicId, customer);
