import type { Database } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { auditClinic } from '../support/audit-clinic.js';
import { FeedReader } from '../support/clients/feed-reader.js';
import { InterleavedClients } from '../support/clients/interleaved-clients.js';
import { report, runLength } from '../support/run-length.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { freePort, startPostgresServer, type PostgresServer } from '../support/servers/postgres-server.js';
import { newClinic } from '../support/service.js';

const CLIENTS = 8;
const ROUNDS_PER_FAULT = 20;

describe('kill -9 while customers are synchronised', () => {
  let postgres: PostgresServer;
  const servers: ServerProcess[] = [];
  beforeEach(async () => {
    postgres = await startPostgresServer({ durable: true });
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.end('SIGKILL');
    await postgres.remove();
  });

  const withDatabase = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const database = await openServiceDatabase({ databaseUrl: postgres.url('postgres'), dataDir: '' });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  };

  it('leaves one customer per reference and a feed without a gap, whether an instance or the database is killed', async () => {
    const clinic = await withDatabase(async ({ dataSource }) => {
      await migrate(dataSource);
      return newClinic(dataSource);
    });
    const ports = [await freePort(), await freePort()];
    const environment = { DATABASE_URL: postgres.url('postgres'), LOG_LEVEL: 'fatal', RATE_LIMIT_POINTS: '0' };
    for (const port of ports) servers.push(await startServerProcess({ environment, port }));
    const urls = servers.map(({ url }) => url);
    const seed = Math.floor(Math.random() * 2 ** 31);
    const clients = new InterleavedClients(urls, clinic.token, seed);
    const reader = new FeedReader(urls, clinic.token);
    const restart = async (which: number) => {
      await servers[which]!.end('SIGKILL');
      servers[which] = await startServerProcess({ environment, port: ports[which]! });
    };
    const faults = [() => restart(0), () => postgres.stop('immediate').then(() => postgres.start()), () => restart(1)];
    reader.start();
    for (let round = 0; round < runLength.interleavings; round += 1) {
      const isFaulty = round % ROUNDS_PER_FAULT === ROUNDS_PER_FAULT / 2;
      const fault = faults[Math.floor(round / ROUNDS_PER_FAULT) % faults.length]!;
      await Promise.all([clients.runRound(CLIENTS), ...(isFaulty ? [fault()] : [])]);
    }
    await reader.stop();
    const found = await withDatabase(({ dataSource }) => auditClinic(dataSource, clinic.clinicId));
    const refusals = [...clients.refusals];
    report('kill -9, interleavings', { seed, rounds: runLength.interleavings, ...found, refusals });
    const { size } = clients.customers;
    const { events } = found;
    expect(found).toMatchObject({ customers: size, references: size, createdEvents: size });
    expect(found).toMatchObject({ misplaced: 0, unexplained: 0 });
    expect([...clients.customers.values()].filter((ids) => ids.size > 1)).toEqual([]);
    expect(reader.positions).toEqual(Array.from({ length: events }, (_, n) => n + 1));
    expect(refusals.filter((code) => code !== 'SERVICE_UNAVAILABLE')).toEqual([]);
  }, 900_000);
});
