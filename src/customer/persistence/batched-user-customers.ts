import { batched } from '../../database/batched.js';
import { runPrepared } from '../../database/prepared-statement.js';
import { selectColumns } from '../../database/select-columns.js';
import { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import { batchedFirstPages } from './batched-first-pages.js';

/** The newest customers that a user is in. */
export const firstCustomersOfUser = batchedFirstPages<ExpressCustomerEntity>({
  name: 'customers-of-users',
  sqlOf: (dataSource) => `
    SELECT ${selectColumns(dataSource, 'customer', ExpressCustomerEntity)} FROM express_customer_users AS member
    JOIN express_customers AS customer
      ON customer.clinic_id = member.clinic_id AND customer.express_customer_id = member.express_customer_id
    WHERE member.clinic_id = $1 AND member.user_id = wanted.id
    ORDER BY member.express_customer_id DESC`,
});

// One look-up in the index of users for each, as in batched-gets.ts; the counts come in the order of the users.
const COUNT = `
  SELECT (
    SELECT count(*)::integer FROM express_customer_users WHERE clinic_id = $1 AND user_id = wanted.id
  ) AS count FROM unnest($2::text[]) WITH ORDINALITY AS wanted (id, place) ORDER BY place`;

/** How many customers a user is in, counted together with the other users that the clinic asks about at the moment. */
export const countCustomersOfUser = batched<string, number>(
  { name: 'counts-of-users', size: 100, concurrency: 2, lane: 'long' },
  async (dataSource, { clinicId }, userIds) => {
    const statement = { name: 'customers-of-users-count', text: COUNT, values: [clinicId, userIds] };
    const rows = await runPrepared<{ count: number }>(dataSource, statement);
    return rows.map(({ count }) => count);
  },
);
