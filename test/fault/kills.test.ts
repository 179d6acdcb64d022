import { setTimeout as sleep } from 'node:timers/promises';
import { openServiceDatabase } from '../../src/service-database.js';
import { createTestDatabase, type TestDatabase } from '../support/engines.js';
import { freePort } from '../support/servers/postgres-server.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { newClinic, type Clinic } from '../support/service.js';
import { audit, type Audit } from './audit.js';
import { CreatingClient } from './creating-client.js';
import { runLength, report, ROUND_MS } from '../support/run-length.js';

interface Experiment {
  kills: number;
  parallel: number;
}

async function withDatabase<T>(
  place: TestDatabase,
  work: (database: Awaited<ReturnType<typeof openServiceDatabase>>) => Promise<T>,
) {
  const database = await openServiceDatabase(place);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Kills the service again and again while a client creates. @returns how long each restart took. */
async function killUnderLoad(environment: NodeJS.ProcessEnv, clinic: Clinic, { kills, parallel }: Experiment) {
  const port = await freePort();
  let server: ServerProcess = await startServerProcess({ environment, port });
  const client = new CreatingClient(server.url, clinic.token, parallel);
  const readyAfter: number[] = [];
  const started = performance.now();
  try {
    client.start();
    for (let kill = 0; kill < kills; kill += 1) {
      await sleep(ROUND_MS * (0.5 + Math.random()));
      await server.end('SIGKILL');
      server = await startServerProcess({ environment, port });
      readyAfter.push(Math.round(server.readyAfterMs));
    }
    await sleep(ROUND_MS);
    await client.stop();
  } finally {
    await server.end('SIGTERM');
  }
  const seconds = (performance.now() - started) / 1_000;
  return { client, readyAfter, perSecond: Math.round(client.acknowledged.length / seconds) };
}

const NOTHING_WRONG: Partial<Audit> = { lost: 0, doubled: 0, changed: 0, withoutEvent: 0, misplaced: 0 };

describe('kill -9 while customers are created', () => {
  let place: TestDatabase;
  afterEach(() => place.remove());

  it('loses, doubles and changes nothing that was acknowledged on PostgreSQL', async () => {
    place = await createTestDatabase('postgresql');
    const clinic = await withDatabase(place, ({ dataSource }) => newClinic(dataSource));
    const environment = { DATABASE_URL: place.databaseUrl, LOG_LEVEL: 'error' };
    const { client, readyAfter, perSecond } = await killUnderLoad(environment, clinic, {
      kills: runLength.kills,
      parallel: 32,
    });
    const result = await withDatabase(place, ({ dataSource }) =>
      audit(dataSource, clinic.clinicId, client.acknowledged),
    );
    report('kill -9, PostgreSQL', {
      kills: runLength.kills,
      ...result,
      perSecond,
      slowestReadyMs: Math.max(...readyAfter),
    });
    expect(result).toMatchObject({ ...NOTHING_WRONG, rows: result.acknowledged });
    expect(result.acknowledged).toBeGreaterThanOrEqual(runLength.acknowledgedAtLeast);
    expect(client.refusals.get(500)).toBeUndefined();
    expect(Math.max(...readyAfter)).toBeLessThan(runLength.readyWithinMs);
  }, 600_000);

  it('loses, doubles and changes nothing that was acknowledged on the embedded engine', async () => {
    place = await createTestDatabase('embedded');
    const clinic = await withDatabase(place, ({ dataSource }) => newClinic(dataSource));
    const environment = { DATA_DIR: place.dataDir, LOG_LEVEL: 'error' };
    const { client, readyAfter, perSecond } = await killUnderLoad(environment, clinic, {
      kills: runLength.embeddedKills,
      parallel: 8,
    });
    const result = await withDatabase(place, ({ dataSource }) =>
      audit(dataSource, clinic.clinicId, client.acknowledged),
    );
    report('kill -9, embedded', {
      kills: runLength.embeddedKills,
      ...result,
      perSecond,
      slowestReadyMs: Math.max(...readyAfter),
    });
    expect(result).toMatchObject({ ...NOTHING_WRONG, rows: result.acknowledged });
    expect(result.acknowledged).toBeGreaterThan(0);
    expect(client.refusals.get(500)).toBeUndefined();
    expect(Math.max(...readyAfter)).toBeLessThan(runLength.readyWithinMs);
  }, 600_000);
});
