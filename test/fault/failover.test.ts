import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { report, ROUND_MS } from '../support/run-length.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { startPostgresServer, type PostgresServer } from '../support/servers/postgres-server.js';
import { newClinic, type Clinic } from '../support/service.js';
import { audit } from './audit.js';
import { CreatingClient } from './creating-client.js';

const WRITES_AGAIN_WITHIN_MS = 5_000;

let primary: PostgresServer;
let standby: PostgresServer;
let service: ServerProcess | undefined;
let clinic: Clinic;

async function withDatabase<T>(server: PostgresServer, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openServiceDatabase({ databaseUrl: server.url('postgres'), dataDir: '' });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

beforeEach(async () => {
  primary = await startPostgresServer({ durable: true });
  clinic = await withDatabase(primary, async ({ dataSource }) => {
    await migrate(dataSource);
    return newClinic(dataSource);
  });
  standby = await primary.startStandby();
  // From here on a commit is acknowledged when the standby has it on its disk.
  await primary.query(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
  await primary.query('SELECT pg_reload_conf()');
  const hosts = `127.0.0.1:${primary.port},127.0.0.1:${standby.port}`;
  const DATABASE_URL = `postgres://postgres@${hosts}/postgres?target_session_attrs=read-write`;
  service = await startServerProcess({ environment: { DATABASE_URL, LOG_LEVEL: 'fatal' } });
});
afterEach(async () => {
  await service?.end('SIGKILL');
  await standby.remove();
  await primary.remove();
});

const untilOneMore = async ({ acknowledged }: CreatingClient): Promise<void> => {
  const before = acknowledged.length;
  while (acknowledged.length === before) await sleep(5);
};

async function makeReadOnly(): Promise<void> {
  await primary.query('ALTER SYSTEM SET default_transaction_read_only = on');
  await primary.query('SELECT pg_reload_conf()');
}

describe('a failover to a synchronous standby under load', () => {
  it.each([
    ['dies', () => primary.stop('immediate')],
    ['takes no writes any more', makeReadOnly],
  ])(
    'loses nothing acknowledged, is answered with 503 alone and writes again soon, when the primary %s',
    async (_fault, fail) => {
      const client = new CreatingClient(service!.url, clinic.token, 16);
      client.start();
      await untilOneMore(client);
      await sleep(ROUND_MS);
      await fail();
      await sleep(ROUND_MS);
      expect((await fetch(`${service!.url}/readyz`)).status).toBe(503);
      await standby.query('SELECT pg_promote()');
      const promoted = performance.now();
      await untilOneMore(client);
      const writesAgainMs = Math.round(performance.now() - promoted);
      await sleep(ROUND_MS);
      await client.stop();
      const result = await withDatabase(standby, ({ dataSource }) =>
        audit(dataSource, clinic.clinicId, client.acknowledged),
      );
      const refusals = Object.fromEntries(client.refusals);
      report('failover', { ...result, refusals, writesAgainMs });
      expect(result).toMatchObject({ lost: 0, doubled: 0, changed: 0, withoutEvent: 0, rows: result.acknowledged });
      expect(Object.keys(refusals)).toEqual(['503']);
      expect(writesAgainMs).toBeLessThan(WRITES_AGAIN_WITHIN_MS);
      expect((await fetch(`${service!.url}/readyz`)).status).toBe(200);
    },
  );
});
