import type { DataSource } from 'typeorm';
import { isFaultOfValues, oncePerDataSource, runNamed } from '../../database/prepared-statement.js';
import { Batches } from '../../shared/batches.js';
import { columnsOf } from './select-columns.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import { firstPagesOf } from './batched-first-pages.js';

/** The newest customers that a user is in. */
export const firstCustomersOfUser = firstPagesOf<ExpressCustomerEntity>({
  name: 'customers-of-users',
  sqlOf: (dataSource) => `
    SELECT ${columnsOf(dataSource, 'customer')} FROM express_customer_users AS member
    JOIN express_customers AS customer
      ON customer.clinic_id = member.clinic_id AND customer.express_customer_id = member.express_customer_id
    WHERE member.clinic_id = $1 AND member.user_id = wanted.id
    ORDER BY member.express_customer_id DESC`,
});

// One look-up in the index of users for each, as in express-customer-gets.ts; the counts come in the order of the users.
const COUNT = `
  SELECT (
    SELECT count(*)::integer FROM express_customer_users WHERE clinic_id = $1 AND user_id = wanted.id
  ) AS count FROM unnest($2::text[]) WITH ORDINALITY AS wanted (id, place) ORDER BY place`;

function countsOf(dataSource: DataSource): Batches<string, number> {
  const run = async (clinicId: string, userIds: string[]): Promise<number[]> => {
    const statement = { name: 'customers-of-users-count', text: COUNT, values: [clinicId, userIds] };
    const rows = await runNamed<{ count: number }>(dataSource, statement);
    return rows.map(({ count }) => count);
  };
  return new Batches(run, { name: 'counts-of-users', size: 100, atOnce: 2, isFaultOfAnItem: isFaultOfValues });
}

const counts = oncePerDataSource(countsOf);

/** How many customers a user is in, counted with the other users that the clinic asks about at the moment. */
export const countCustomersOfUser = (dataSource: DataSource, clinicId: string, userId: string): Promise<number> =>
  counts(dataSource).add(clinicId, userId);
