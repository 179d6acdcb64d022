import { setTimeout as sleep } from 'node:timers/promises';
import { openServiceDatabase } from '../../src/service-database.js';
import { migrations } from '../../src/database/migrations/index.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/engines.js';
import { freePort } from '../support/servers/postgres-server.js';
import { startServerProcess } from '../support/server-process.js';
import { newClinic, type Clinic } from '../support/service.js';
import { audit } from './audit.js';
import { CreatingClient } from './creating-client.js';
import { runLength, report, ROUND_MS } from '../support/run-length.js';

const STOPPED_WITHIN_MS = 10_000;
// A stopping instance goes on serving so long (DRAIN_MS).
const REFUSED_WITHIN_MS = 500;

/** How long /readyz went on saying yes after the signal. */
async function untilNotReady(url: string): Promise<number> {
  const started = performance.now();
  while ((await fetch(`${url}/readyz`)).status === 200) await sleep(5);
  return performance.now() - started;
}

describe('a deploy', () => {
  let place: TestDatabase;
  afterEach(() => place.remove());

  it('stops on SIGTERM under load without dropping an accepted request', async () => {
    place = await createTestDatabase('postgresql');
    const database = await openServiceDatabase(place);
    const clinic: Clinic = await newClinic(database.dataSource);
    const environment = { DATABASE_URL: place.databaseUrl, LOG_LEVEL: 'error' };
    const port = await freePort();
    const refusedAfterMs: number[] = [];
    const exits: { code: number | null; ms: number }[] = [];
    const client = new CreatingClient(`http://127.0.0.1:${port}`, clinic.token, 16);
    let server = await startServerProcess({ environment, port });
    client.start();
    for (let deploy = 0; deploy < runLength.deploys; deploy += 1) {
      await sleep(ROUND_MS);
      const stopped = server.end('SIGTERM');
      refusedAfterMs.push(await untilNotReady(server.url));
      client.paused = true;
      exits.push(await stopped);
      server = await startServerProcess({ environment, port });
      client.paused = false;
    }
    await client.stop();
    await server.end('SIGTERM');
    const result = await audit(database.dataSource, clinic.clinicId, client.acknowledged);
    await database.close();
    const refusals = Object.fromEntries(client.refusals);
    report('SIGTERM under load', {
      deploys: runLength.deploys,
      ...result,
      refusals,
      connectionsReset: client.resets,
      slowestMs: Math.max(...exits.map(({ ms }) => Math.round(ms))),
      notReadyWithinMs: Math.round(Math.max(...refusedAfterMs)),
    });
    expect(exits.map(({ code }) => code)).toEqual(exits.map(() => 0));
    for (const { ms } of exits) expect(ms).toBeLessThan(STOPPED_WITHIN_MS);
    for (const ms of refusedAfterMs) expect(ms).toBeLessThan(REFUSED_WITHIN_MS);
    // Every request that was sent before the balancer knew has been answered.
    expect(client.resets).toBe(0);
    expect(refusals).toEqual({});
    expect(result).toMatchObject({
      lost: 0,
      doubled: 0,
      changed: 0,
      withoutEvent: 0,
      misplaced: 0,
      rows: result.acknowledged,
    });
  }, 600_000);

  it('boots eight instances simultaneously on an empty database, each migration once', async () => {
    for (let round = 0; round < runLength.bootRounds; round += 1) {
      place = await createEmptyDatabase();
      const environment = { DATABASE_URL: place.databaseUrl, LOG_LEVEL: 'error' };
      const servers = await Promise.all(Array.from({ length: 8 }, () => startServerProcess({ environment })));
      await Promise.all(servers.map((server) => server.end('SIGTERM')));
      const database = await openServiceDatabase(place);
      const rows = await database.dataSource.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY id');
      await database.close();
      expect(rows.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
      if (round < runLength.bootRounds - 1) await place.remove();
    }
    report('eight simultaneous boots', { rounds: runLength.bootRounds });
  }, 600_000);
});
