import type { DataSource } from 'typeorm';
import { batched, matchRows } from '../../database/batched.js';
import { perDataSource, runPrepared } from '../../database/prepared-statement.js';
import { selectColumns } from '../../database/select-columns.js';
import { ExpressCustomerEntity } from '../model/express-customer.entity.js';

// One look-up in the primary key for each id. For `= ANY($2)` the planner takes another index that begins with the clinic
// and ends with the id, and reads all the clinic's entries: 35 ms instead of 1.4 ms for 64 of 100,000 customers.
const statementOf = perDataSource(
  (dataSource: DataSource) => `
    SELECT ${selectColumns(dataSource, 'customer', ExpressCustomerEntity)} FROM unnest($2::text[]) AS wanted (id)
    CROSS JOIN LATERAL (
      SELECT * FROM express_customers WHERE clinic_id = $1 AND express_customer_id = wanted.id LIMIT 1
    ) AS customer`,
);

/** Those of the ids that are customers of the clinic, by one statement, in no order. */
export const findByIds = (dataSource: DataSource, clinicId: string, ids: string[]): Promise<ExpressCustomerEntity[]> =>
  runPrepared<ExpressCustomerEntity>(dataSource, {
    name: 'express-customers-get',
    text: statementOf(dataSource),
    values: [clinicId, ids],
  });

const byReferenceOf = perDataSource(
  (dataSource: DataSource) => `
    SELECT ${selectColumns(dataSource, 'customer', ExpressCustomerEntity)} FROM unnest($2::text[]) AS wanted (reference)
    CROSS JOIN LATERAL (
      SELECT * FROM express_customers WHERE clinic_id = $1 AND external_reference_id = wanted.reference LIMIT 1
    ) AS customer`,
);

/** The clinic's customers that have the references, by one statement, in no order. */
export const findByReferences = (
  dataSource: DataSource,
  clinicId: string,
  references: string[],
): Promise<ExpressCustomerEntity[]> =>
  runPrepared<ExpressCustomerEntity>(dataSource, {
    name: 'express-customers-get-by-reference',
    text: byReferenceOf(dataSource),
    values: [clinicId, [...new Set(references)]],
  });

/**
 * The customer that has a reference, looked up together with the others that its clinic asks for at the moment; null when there
 * is none. Never older than the call.
 */
export const findByReference = batched<string, ExpressCustomerEntity | null>(
  { name: 'gets-by-reference', size: 64, concurrency: 2 },
  async (dataSource, { clinicId }, references) => {
    const rows = await findByReferences(dataSource, clinicId, references);
    return matchRows(references, rows, ({ externalReferenceId }) => externalReferenceId!);
  },
);

/**
 * A customer by its id, looked up together with the other customers that its clinic asks for at the moment; null when the
 * clinic has none of that id. Never older than the call.
 */
export const findBatched = batched<string, ExpressCustomerEntity | null>(
  { name: 'gets', size: 64, concurrency: 2 },
  async (dataSource, { clinicId }, ids) =>
    matchRows(ids, await findByIds(dataSource, clinicId, ids), ({ expressCustomerId }) => expressCustomerId),
);
