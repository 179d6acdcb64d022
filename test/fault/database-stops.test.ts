import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/database/database.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { migrate } from '../../src/database/migrate.js';
import { startPostgresServer, type PostgresServer } from '../support/servers/postgres-server.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { newClinic, type Clinic } from '../support/service.js';
import { audit } from './audit.js';
import { CreatingClient } from './creating-client.js';
import { runLength, report, ROUND_MS } from '../support/run-length.js';

const READY_AGAIN_WITHIN_MS = 2_000;

async function untilReady(url: string): Promise<number> {
  const started = performance.now();
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return performance.now() - started;
    if (performance.now() - started > 30_000) throw new Error('The service did not get ready again.');
    await sleep(20);
  }
}

describe('a PostgreSQL that goes away', () => {
  let postgres: PostgresServer;
  let server: ServerProcess;
  let clinic: Clinic;

  const withDatabase = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const database = await openServiceDatabase({ databaseUrl: postgres.url('postgres'), dataDir: '' });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  };

  beforeEach(async () => {
    postgres = await startPostgresServer({ durable: true });
    clinic = await withDatabase(async ({ dataSource }) => {
      await migrate(dataSource);
      return newClinic(dataSource);
    });
    server = await startServerProcess({ environment: { DATABASE_URL: postgres.url('postgres'), LOG_LEVEL: 'fatal' } });
  });
  afterEach(async () => {
    await server.end('SIGKILL');
    await postgres.remove();
  });

  it('costs nothing that was acknowledged when it stops immediately, and is answered with 503 alone', async () => {
    const client = new CreatingClient(server.url, clinic.token, 16);
    const readyAgain: number[] = [];
    client.start();
    for (let stop = 0; stop < runLength.databaseStops; stop += 1) {
      await sleep(ROUND_MS);
      await postgres.stop('immediate');
      await sleep(200);
      await postgres.start();
      readyAgain.push(Math.round(await untilReady(server.url)));
    }
    await client.stop();
    const result = await withDatabase(({ dataSource }) => audit(dataSource, clinic.clinicId, client.acknowledged));
    const refusals = Object.fromEntries(client.refusals);
    report('database stops', {
      stops: runLength.databaseStops,
      ...result,
      refusals,
      slowestReadyAgainMs: Math.max(...readyAgain),
    });
    expect(result).toMatchObject({
      lost: 0,
      doubled: 0,
      changed: 0,
      withoutEvent: 0,
      misplaced: 0,
      rows: result.acknowledged,
    });
    expect(Object.keys(refusals).filter((status) => status !== '503')).toEqual([]);
    expect(server.hasEnded()).toBe(false);
    expect(Math.max(...readyAgain)).toBeLessThan(READY_AGAIN_WITHIN_MS);
  }, 600_000);
});
