import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations/index.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/engines.js';
import { keepsPreparedStatements, startPgBouncer, type PgBouncer } from '../support/servers/pgbouncer.js';
import { serviceOn, type Clinic, type Service } from '../support/service.js';
import { LOCKS } from '../support/locks.js';

let place: TestDatabase;
let pooler: PgBouncer | undefined;
let role: string;
beforeEach(async () => {
  place = await createTestDatabase('postgresql');
  role = `avara_test_${randomBytes(8).toString('hex')}`;
  await execute(`CREATE ROLE ${role} LOGIN SUPERUSER`);
  await setDefaults(`synchronous_commit = on`);
});
afterEach(async () => {
  await pooler?.remove();
  pooler = undefined;
  await place.remove();
  await execute(`DROP ROLE ${role}`);
});

async function execute(sql: string): Promise<void> {
  const client = new Client({ connectionString: process.env.TEST_POSTGRES_URL! });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

const address = (database: TestDatabase = place): string =>
  pooler!.url(new URL(database.databaseUrl!).pathname.slice(1));

/** Starts PgBouncer in front of the server, as a user of the test's own. */
async function start(settings: Record<string, string | number>): Promise<void> {
  const server = new URL(process.env.TEST_POSTGRES_URL!);
  server.username = role;
  pooler = await startPgBouncer(server, settings);
}

const serve = (): Promise<Service> =>
  serviceOn({ ...place, databaseUrl: address(), remove: async () => undefined }, { RATE_LIMIT_POINTS: '0' });

const CREATE = `mutation ($name: String!, $key: String) {
  createExpressCustomer(input: { expressCustomerName: $name, idempotencyKey: $key }) { expressCustomerId createdAt } }`;
const CHANGES = `mutation ($id: ID!) {
  updateExpressCustomer(input: { expressCustomerId: $id, expressCustomerName: "Changed" }) { version }
  addUserToExpressCustomer(input: { expressCustomerId: $id, userId: "usr_${'1'.repeat(32)}" }) { userCount } }`;
const LIST = '{ expressCustomers(first: 5, filter: { nameContains: "customer" }) { totalCount nodes { createdAt } } }';
const GET = `query ($id: ID!) {
  expressCustomer(expressCustomerId: $id) { expressCustomerName users { nodes { userId } } events { nodes { eventId } } } }`;

/** Creates by each path, changes, gets and lists: 1,000 calls, 50 at a time. @returns the statuses and codes that are not good. */
async function callAThousandTimes(service: Service, clinic: Clinic): Promise<unknown[]> {
  const faults: unknown[] = [];
  const check = ({ status, body }: Awaited<ReturnType<Service['graphql']>>) => {
    if (status !== 200 || body.errors) faults.push([status, body.errors]);
    return body.data;
  };
  const rest = (name: string, retries: number) =>
    service.request('/v1/express', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${clinic.token}`,
        'content-type': 'application/json',
        'x-stainless-retry-count': String(retries),
      },
      body: JSON.stringify({ expressCustomerName: name }),
    });
  const round = async (n: number) => {
    const data = check(await service.graphql(clinic, CREATE, { name: `Customer ${n}` }));
    const id = data?.createExpressCustomer.expressCustomerId;
    const keyed = { name: `Customer with key ${n}`, key: `key ${n}` };
    const [first, second] = [
      await service.graphql(clinic, CREATE, keyed),
      await service.graphql(clinic, CREATE, keyed),
    ];
    expect(check(second)).toEqual(check(first));
    for (const retries of [0, 1]) {
      const { status, text } = await rest(`Tried ${n}`, retries);
      if (status !== 200) faults.push([status, text]);
    }
    check(await service.graphql(clinic, CHANGES, { id }));
    check(await service.graphql(clinic, GET, { id }));
    check(await service.graphql(clinic, LIST));
  };
  for (let n = 0; n < 125; n += 25) await Promise.all(Array.from({ length: 25 }, (_, index) => round(n + index)));
  return faults;
}

async function setDefaults(...settings: string[]): Promise<void> {
  for (const setting of settings) await execute(`ALTER ROLE ${role} SET ${setting}`);
}

it('answers 1,000 mixed calls through a pooler in session mode, which needs no setting for it', async () => {
  await start({ pool_mode: 'session', default_pool_size: 20 });
  const service = await serve();
  try {
    expect(await callAThousandTimes(service, await service.newClinic())).toEqual([]);
    const [session] = await service.dataSource.query(
      `SELECT current_setting('statement_timeout') AS timeout, current_setting('datestyle') AS style`,
    );
    expect(session).toEqual({ timeout: '4s', style: 'ISO, MDY' });
  } finally {
    await service.stop();
  }
});

it('says that a pooler has no second connection for it', async () => {
  await start({ pool_mode: 'session', default_pool_size: 1 });
  const opened = openServiceDatabase({ databaseUrl: address(), dataDir: '' });
  await expect(opened).rejects.toThrow(/gave one connection and no second one.*default_pool_size/);
});

it('lets 18 processes migrate simultaneously through a pooler, or refuses it, and leaves no lock', async () => {
  const empty = await createEmptyDatabase();
  try {
    await start({ pool_mode: 'transaction', default_pool_size: 20 });
    await setDefaults(`timezone = 'UTC'`);
    const opened = await Promise.allSettled(
      Array.from({ length: 18 }, () => openServiceDatabase({ databaseUrl: address(empty), dataDir: '' })),
    );
    const databases = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(databases).toHaveLength(keepsPreparedStatements() ? 18 : 0);
    const ran = await Promise.all(databases.map(({ dataSource }) => migrate(dataSource)));
    expect(ran.flat()).toEqual(databases.length > 0 ? migrations.map(({ name }) => name) : []);
    const locks = await Promise.all(
      databases
        .slice(0, 1)
        .map(({ dataSource }) => dataSource.query(`SELECT 1 FROM ${LOCKS} WHERE locktype = 'advisory'`)),
    );
    expect(locks.flat()).toEqual([]);
    await Promise.all(databases.map((database) => database.close()));
  } finally {
    await empty.remove();
  }
});

const MODES: [string, Record<string, string | number>][] = [
  ['in transaction mode', { pool_mode: 'transaction' }],
  ['in transaction mode with one connection to the server', { pool_mode: 'transaction', default_pool_size: 1 }],
  [
    'in transaction mode with connections in turn',
    { pool_mode: 'transaction', server_round_robin: 1, min_pool_size: 5 },
  ],
  ['in statement mode', { pool_mode: 'statement' }],
];

const refusesAllModes = (settings: Record<string, string | number>): void => {
  it.each(MODES)('refuses one %s in one line that says what to do', async (_mode, mode) => {
    await start({ ...mode, ...settings });
    // The first clients of a pooler find it empty, later ones meet the sessions of those before.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const opened = openServiceDatabase({ databaseUrl: address(), dataDir: '' });
      await expect(opened).rejects.toThrow(
        /reach different sessions.* prepared statements get lost.* PgBouncer 1\.21 .*pool_mode = session/,
      );
    }
  });

  it('refuses every one of many starts that it mixes with each other', async () => {
    await start({ pool_mode: 'transaction', default_pool_size: 5, max_client_conn: 1_000, ...settings });
    const starts = Array.from({ length: 100 }, (_, n) => async () => {
      await sleep(Math.floor(n / 10) * 50);
      return openServiceDatabase({ databaseUrl: address(), dataDir: '' });
    });
    const names = (await Promise.allSettled(starts.map((open) => open()))).map((start) =>
      start.status === 'rejected' ? (start.reason as Error).name : 'opened',
    );
    expect(names).toEqual(names.map(() => 'UnsupportedPostgresError'));
  });
};

if (!keepsPreparedStatements()) {
  describe('a pooler that knows no prepared statements', () => refusesAllModes({}));
} else {
  describe('a pooler that is set to keep no prepared statements', () =>
    refusesAllModes({ max_prepared_statements: 0 }));

  describe('a pooler that keeps prepared statements', () => {
    const settings = { max_prepared_statements: 200, default_pool_size: 8 };

    it.each(MODES.slice(0, 3))('answers 1,000 mixed calls with it %s', async (_mode, mode) => {
      await start({ ...settings, ...mode });
      await setDefaults(`statement_timeout = '4s'`, `lock_timeout = '3s'`, `timezone = 'UTC'`);
      await setDefaults(`idle_in_transaction_session_timeout = '10s'`);
      const service = await serve();
      try {
        expect(service.logLines().filter(({ level }) => (level as number) > 30)).toEqual([]);
        expect(await callAThousandTimes(service, await service.newClinic())).toEqual([]);
      } finally {
        await service.stop();
      }
    });

    it('warns of timeouts that do not arrive at the server, with the commands that set them', async () => {
      await start({ ...settings, pool_mode: 'transaction' });
      await setDefaults(`timezone = 'UTC'`);
      const reports: string[] = [];
      const report = (message: string) => void reports.push(message);
      await (await openServiceDatabase({ databaseUrl: address(), dataDir: '', report })).close();
      expect(reports).toHaveLength(1);
      for (const command of reports[0]!.match(/ALTER ROLE [^;]*;/g)!) await execute(command);
      await pooler!.remove();
      await start({ ...settings, pool_mode: 'transaction' });
      await (await openServiceDatabase({ databaseUrl: address(), dataDir: '', report })).close();
      expect(reports).toHaveLength(1);
    });

    it('refuses defaults with which values would be read wrong, with the commands that set them', async () => {
      await start({ ...settings, pool_mode: 'transaction' });
      await setDefaults(`datestyle = 'German'`, `synchronous_commit = off`, `timezone = 'UTC'`);
      const opened = openServiceDatabase({ databaseUrl: address(), dataDir: '' });
      await expect(opened).rejects.toThrow(
        new RegExp(
          `keeps no settings, and .*ALTER ROLE ${role} SET datestyle = 'ISO, MDY'; .*ALTER ROLE ${role} SET synchronous_commit = 'on';$`,
        ),
      );
    });

    it('refuses one in statement mode in one line that says what to do', async () => {
      await start({ ...settings, pool_mode: 'statement' });
      const opened = openServiceDatabase({ databaseUrl: address(), dataDir: '' });
      await expect(opened).rejects.toThrow(/lets no transaction begin.*pool_mode = session or transaction/);
    });
  });
}
