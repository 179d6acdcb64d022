import { createTestDatabase, type TestDatabase } from '../support/engines.js';
import { startPgBouncer, type PgBouncer } from '../support/servers/pgbouncer.js';
import { serviceOn } from '../support/service.js';
import { openServiceDatabase } from '../../src/service-database.js';

let place: TestDatabase;
let pooler: PgBouncer | undefined;
beforeEach(async () => {
  place = await createTestDatabase('postgresql');
});
afterEach(async () => {
  await pooler?.remove();
  pooler = undefined;
  await place.remove();
});

const address = (): string => pooler!.url(new URL(place.databaseUrl!).pathname.slice(1));
const start = async (settings: Record<string, string | number>) =>
  (pooler = await startPgBouncer(new URL(process.env.TEST_POSTGRES_URL!), settings));

const CREATE = 'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { expressCustomerId } }';
const LIST = '{ expressCustomers(first: 5, filter: { nameContains: "a" }) { totalCount nodes { createdAt } } }';

it('runs through a pooler in session mode, which needs no setting for it', async () => {
  await start({ pool_mode: 'session', default_pool_size: 20 });
  const service = await serviceOn({ ...place, databaseUrl: address(), remove: async () => undefined });
  try {
    const clinic = await service.newClinic();
    const calls = Array.from({ length: 200 }, (_, index) => service.graphql(clinic, index % 2 ? CREATE : LIST));
    const answers = await Promise.all(calls);
    expect(answers.filter(({ body }) => body.errors !== undefined)).toEqual([]);
    const [session] = await service.dataSource.query(
      `SELECT current_setting('statement_timeout') AS timeout, current_setting('datestyle') AS style`,
    );
    expect(session).toEqual({ timeout: '4s', style: 'ISO, MDY' });
  } finally {
    await service.stop();
  }
});

it.each([
  ['in transaction mode', { pool_mode: 'transaction' }],
  ['in transaction mode with one connection to the server', { pool_mode: 'transaction', default_pool_size: 1 }],
  [
    'in transaction mode with connections in turn',
    { pool_mode: 'transaction', server_round_robin: 1, min_pool_size: 5 },
  ],
  ['in statement mode', { pool_mode: 'statement' }],
])('refuses a pooler %s in one line that says what to do', async (_mode, settings) => {
  await start(settings);
  // The first clients of a pooler find it empty, later ones meet the sessions of those before.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const opened = openServiceDatabase({ databaseUrl: address(), dataDir: '' });
    await expect(opened).rejects.toThrow(/^Statements of one connection .*PgBouncer: pool_mode = session/);
  }
});

it('refuses every one of many starts that a pooler in transaction mode mixes with each other', async () => {
  await start({ pool_mode: 'transaction', default_pool_size: 5 });
  const starts = Array.from({ length: 10 }, () => openServiceDatabase({ databaseUrl: address(), dataDir: '' }));
  const names = (await Promise.allSettled(starts)).map((start) =>
    start.status === 'rejected' ? (start.reason as Error).name : 'opened',
  );
  expect(names).toEqual(Array.from({ length: 10 }, () => 'UnsupportedPostgresError'));
});

it('says that a pooler has no second connection for it', async () => {
  await start({ pool_mode: 'session', default_pool_size: 1 });
  const opened = openServiceDatabase({ databaseUrl: address(), dataDir: '' });
  await expect(opened).rejects.toThrow(/gave one connection and no second one.*default_pool_size/);
});
