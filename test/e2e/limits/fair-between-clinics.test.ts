import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { toCriteria } from '../../../src/customer/contract/express-customer.filter.js';
import { ExpressCustomerOrder } from '../../../src/customer/model/customer-list.js';
import { newExpressCustomerId } from '../../../src/customer/model/express-customer-id.js';
import { ExpressCustomerRepository } from '../../../src/customer/persistence/express-customer.repository.js';
import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';
import { statementsOf } from '../../support/statements.js';

const CREATE = `mutation ($name: String!) { createExpressCustomer(input: { expressCustomerName: $name }) { expressCustomerId } }`;
const GET = `query ($id: ID!) { expressCustomer(expressCustomerId: $id) { expressCustomerName } }`;
const RENAME = `mutation ($id: ID!, $name: String!) {
  updateExpressCustomer(input: { expressCustomerId: $id, expressCustomerName: $name }) { version }
}`;
const ADD_USER = `mutation ($id: ID!, $user: ID!) {
  addUserToExpressCustomer(input: { expressCustomerId: $id, userId: $user }) { userCount }
}`;
const COUNT = `query ($filter: ExpressCustomerFilter) { expressCustomers(first: 1, filter: $filter) { totalCount } }`;
const SEARCH = `query ($filter: ExpressCustomerFilter) { expressCustomers(first: 20, filter: $filter) { nodes { expressCustomerId } } }`;

/** How the statement of a count begins, which no other one does. */
const COUNT_SQL = 'SELECT count(*)::integer AS count';

const FLOOD = 128;
/** The connections that one clinic may occupy with counts and searches while no other one changes, counts or searches. */
const PER_CLINIC = 5;

let service: Service;

const create = async (clinic: Clinic, name: string): Promise<string> => {
  const { body } = await service.graphql(clinic, CREATE, { name });
  return body.data!.createExpressCustomer.expressCustomerId as string;
};

/** Everything that a clinic does in its day, some of each. */
const ordinaryCalls = (clinic: Clinic, id: string): Promise<Answer>[] =>
  Array.from({ length: 10 }, (_, n) => [
    service.graphql(clinic, GET, { id }),
    service.graphql(clinic, CREATE, { name: `Ordinary ${n}` }),
    service.graphql(clinic, RENAME, { id, name: `Renamed ${n}` }),
    service.graphql(clinic, COUNT, { filter: { nameContains: `ordinary ${n}` } }),
    service.graphql(clinic, SEARCH, { filter: { nameContains: 'ordinary' } }),
  ]).flat();

const expectAnswered = (answers: Answer[]): void => {
  for (const { body, status } of answers) expect({ status, errors: body.errors }).toEqual({ status: 200 });
};

/** Those who come too often may be refused, in words that clients understand. */
const expectAnsweredOrRefused = (answers: Answer[]): void => {
  for (const { status, headers } of answers) {
    expect([200, 503]).toContain(status);
    if (status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
};

describe('on postgresql, while one clinic floods', () => {
  let other: Client;
  // In a transaction of its own, pg_stat_activity would show one moment for ever.
  let watching: Client;
  beforeAll(async () => {
    service = await startService('postgresql');
    [other, watching] = [0, 1].map(() => new Client({ connectionString: service.config.databaseUrl! })) as [
      Client,
      Client,
    ];
    await Promise.all([other.connect(), watching.connect()]);
  });
  afterAll(async () => {
    await Promise.all([other.end(), watching.end()]);
    await service.stop();
  });
  afterEach(() => other.query('ROLLBACK'));

  const waitingStatements = async (text: string): Promise<number> => {
    const { rows } = await watching.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
      [`%${text}%`],
    );
    return rows[0]!.n;
  };

  const untilWaiting = async (text: string): Promise<void> => {
    while ((await waitingStatements(text)) === 0) await sleep(5);
  };

  it.each([
    [
      'changes of one customer',
      (clinic: Clinic, id: string, n: number) => service.graphql(clinic, RENAME, { id, name: `${n}` }),
    ],
    [
      'memberships of one customer',
      (clinic: Clinic, id: string, n: number) =>
        service.graphql(clinic, ADD_USER, { id, user: `usr_${n.toString(16).padStart(32, '0')}` }),
    ],
  ])('with %s that wait for its row, every call of another clinic is answered', async (_what, call) => {
    const [flooding, quiet] = [await service.newClinic(), await service.newClinic()];
    const [held, id] = [await create(flooding, 'Held'), await create(quiet, 'Quiet')];
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM express_customers WHERE express_customer_id = $1 FOR UPDATE', [held]);
    const flood = Array.from({ length: FLOOD }, (_, n) => call(flooding, held, n));
    await untilWaiting('FOR UPDATE');
    expectAnswered(await Promise.all(ordinaryCalls(quiet, id)));
    await other.query('ROLLBACK');
    expectAnsweredOrRefused(await Promise.all(flood));
  });

  const countNow = ({ clinicId }: Clinic, filter: object = {}): Promise<number> =>
    new ExpressCustomerRepository(service.dataSource.manager, clinicId).count({
      criteria: toCriteria(filter),
      orderBy: ExpressCustomerOrder.NAME_ASC,
    });

  it.each([
    ['counts', COUNT_SQL, (clinic: Clinic, filter: object): Promise<unknown> => countNow(clinic, filter)],
    [
      'searches',
      'row_number()',
      (clinic: Clinic, filter: object): Promise<unknown> => service.graphql(clinic, SEARCH, { filter }),
    ],
  ])(
    'with %s, it occupies five connections at most, and the statements of another clinic reach the server',
    async (_what, sql, call) => {
      const [flooding, quiet] = [await service.newClinic(), await service.newClinic()];
      const id = await create(quiet, 'Quiet');
      // So that its key is proven, too, before everything that is read stands still.
      await create(flooding, 'Anything');
      await other.query('BEGIN');
      await other.query('LOCK TABLE express_customers IN ACCESS EXCLUSIVE MODE');
      const flood = Array.from({ length: FLOOD }, (_, n) => call(flooding, { nameContains: `name ${n}` }));
      while ((await waitingStatements(sql)) < PER_CLINIC) await sleep(5);
      const calls = [
        service.graphql(quiet, GET, { id }),
        service.graphql(quiet, CREATE, { name: 'Meanwhile' }),
        service.graphql(quiet, RENAME, { id, name: 'Renamed' }),
      ];
      for (const text of ['AS wanted (id)', 'INTO express_customers', 'FOR UPDATE']) await untilWaiting(text);
      expect(await waitingStatements(sql)).toBe(PER_CLINIC);
      await other.query('ROLLBACK');
      expectAnswered(await Promise.all(calls));
      await Promise.all(flood);
    },
  );

  it('with equal counts, they share a statement, and see what was created before each of them', async () => {
    const clinic = await service.newClinic();
    await create(clinic, 'First');
    await other.query('BEGIN');
    await other.query('LOCK TABLE express_customers IN ACCESS EXCLUSIVE MODE');
    const first = countNow(clinic);
    await untilWaiting(COUNT_SQL);
    const later = Array.from({ length: FLOOD }, () => countNow(clinic));
    await other.query(
      `INSERT INTO express_customers (clinic_id, express_customer_id, express_customer_name, name_search, metadata,
         created_by_api_key_id) VALUES ($1, $2, 'Second', 'second', '{}', $3)`,
      [clinic.clinicId, newExpressCustomerId(), clinic.apiKeyId],
    );
    expect(await waitingStatements(COUNT_SQL)).toBe(1);
    const statements = statementsOf(service.dataSource);
    await other.query('COMMIT');
    await first;
    expect(await Promise.all(later)).toEqual(later.map(() => 2));
    expect(statements.filter((sql) => sql.includes(COUNT_SQL))).toHaveLength(1);
  });
});
