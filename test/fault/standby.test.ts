import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations/index.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { commandLineProcess } from '../support/command-line.js';
import { failToStart, startServerProcess } from '../support/server-process.js';
import { startPostgresServer, type PostgresServer } from '../support/servers/postgres-server.js';
import { newClinic, serviceOn, type Clinic, type Service } from '../support/service.js';

const CREATE = 'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { expressCustomerId } }';
const LIST = '{ expressCustomers { nodes { expressCustomerId } totalCount } }';

let primary: PostgresServer;
let standby: PostgresServer;
beforeEach(async () => {
  primary = await startPostgresServer();
  standby = await primary.startStandby();
});
afterEach(async () => {
  await standby.remove();
  await primary.remove();
});

const serve = (on: PostgresServer): Promise<Service> =>
  serviceOn({ databaseUrl: on.url('postgres'), dataDir: '', remove: async () => undefined });

async function prepare(): Promise<Clinic> {
  const database = await openServiceDatabase({ databaseUrl: primary.url('postgres'), dataDir: '' });
  try {
    await migrate(database.dataSource);
    return await newClinic(database.dataSource);
  } finally {
    await database.close();
  }
}

async function untilReplayed(): Promise<void> {
  const [{ lsn }] = (await primary.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn')) as [{ lsn: string }];
  const hasReplayed = `SELECT pg_last_wal_replay_lsn() >= '${lsn}' AS done`;
  while (!(await standby.query<{ done: boolean }>(hasReplayed))[0]!.done) await sleep(10);
}

describe('an instance on a standby', () => {
  it('answers reads, refuses changes as unavailable and says so, until its server is promoted', async () => {
    const clinic = await prepare();
    const writing = await serve(primary);
    const created = (await writing.graphql(clinic, CREATE)).body.data!.createExpressCustomer;
    await writing.stop();
    await untilReplayed();
    const reading = await serve(standby);
    try {
      expect(await reading.request('/readyz')).toMatchObject({
        status: 200,
        body: { status: 'ready', isReadOnly: true },
      });
      expect((await reading.graphql(clinic, LIST)).body.data!.expressCustomers).toEqual({
        nodes: [created],
        totalCount: 1,
      });
      expect((await reading.graphql(clinic, CREATE)).status).toBe(503);
      expect((await reading.request('/')).text).toContain('a standby');
      const warnings = reading.logLines().filter(({ level }) => level === 40);
      expect(warnings).toEqual([
        expect.objectContaining({ msg: expect.stringContaining('the database is a standby') }),
      ]);
      await standby.query('SELECT pg_promote()');
      expect((await reading.graphql(clinic, CREATE)).status).toBe(200);
      // It shares one answer for a quarter of a second, so the first may be of before.
      while ('isReadOnly' in (await reading.request('/readyz')).body) await sleep(20);
      expect((await reading.request('/readyz')).body).toEqual({ status: 'ready' });
    } finally {
      await reading.stop();
    }
    // Not even at its end did it try to write when its key was used last.
    expect(reading.logLines().filter(({ msg }) => String(msg).startsWith('could not'))).toEqual([]);
  });

  it('reports its standby where it starts', async () => {
    await prepare();
    await untilReplayed();
    const server = await startServerProcess({ environment: { DATABASE_URL: standby.url('postgres') } });
    await server.end('SIGTERM');
    expect(server.output()).toContain('PostgreSQL, a standby: changes are refused');
  });
});

describe('a start ends in one line that says what to do', () => {
  const lines = (output: string): string[] => output.trim().split('\n');

  it('on a standby that lacks migrations', async () => {
    const { code, output } = await failToStart({ DATABASE_URL: standby.url('postgres') });
    expect(code).toBe(1);
    expect(lines(output)).toEqual([
      'avara-express-customers could not start.',
      expect.stringMatching(
        new RegExp(`The schema lacks these migrations.*${migrations[0]!.name}.*Run "migrate up" on the primary`),
      ),
    ]);
  });

  it('where migrations are asked for on a standby', async () => {
    const place = { databaseUrl: standby.url('postgres'), dataDir: '' };
    const { exitCode, stderr } = await commandLineProcess(place)('migrate', 'up');
    expect({ exitCode, lines: lines(stderr) }).toEqual({
      exitCode: 1,
      lines: [
        expect.stringContaining(
          'a server in recovery (a standby), which takes no writes. Use the address of the primary.',
        ),
      ],
    });
  });

  it('where migrations are left to another process that has not run them', async () => {
    const environment = { DATABASE_URL: primary.url('postgres'), MIGRATE_AT_START: 'false' };
    expect(lines((await failToStart(environment)).output)[1]).toContain('Run "migrate up"');
    await prepare();
    await (await startServerProcess({ environment })).end('SIGTERM');
  });

  it('where only a standby is left of several hosts', async () => {
    await primary.stop();
    const hosts = `127.0.0.1:${primary.port},127.0.0.1:${standby.port}`;
    const { output } = await failToStart({ DATABASE_URL: `postgres://postgres@${hosts}/postgres` });
    expect(lines(output)[1]).toMatch(/^No server in DATABASE_URL takes writes\. .*:\d+ \(takes no writes\)/);
  });
});
