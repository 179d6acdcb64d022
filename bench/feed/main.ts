import 'reflect-metadata';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { ExpressCustomerOrder } from '../../src/customer/model/customer-list.js';
import { findEventsAfter, type FeedRequest } from '../../src/customer/persistence/event-feed.js';
import { migrate } from '../../src/database/migrate.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { encodeCursor } from '../../src/shared/cursor.js';
import { startPostgresServer } from '../../test/support/servers/postgres-server.js';
import { benchmark, sizes } from '../arguments.js';
import { measure } from '../lists/measure.js';
import { clinicIdOf, seedWithoutSearch } from '../lists/seed.js';
import { seedEvents } from './seed.js';

const ABOUT =
  'Measures pages of the feed of changes at several positions, and lists by the time of the last change. Writes bench/results/feed.md.';

const { sizes: SIZES } = benchmark('bench:feed', ABOUT)
  .option('--sizes <sizes>', 'numbers of customers', sizes, [1_000_000])
  .parse()
  .opts<{ sizes: number[] }>();

const ROUNDS = 21;
const CLINIC = clinicIdOf('large');
const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;
const cursorAt = (position: number): string => encodeCursor('expressCustomerEvents', [String(position)]);

async function timesOf(call: () => Promise<unknown>): Promise<[median: string, fastest: string]> {
  await call();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    await call();
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return [times[Math.floor(ROUNDS / 2)]!.toFixed(1), times[0]!.toFixed(1)];
}

async function measureFeed(dataSource: DataSource): Promise<string[]> {
  const [{ last }] = await dataSource.query(
    'SELECT last_position::integer AS last FROM event_counters WHERE clinic_id = $1',
    [CLINIC],
  );
  const [{ id }] = await dataSource.query(
    'SELECT express_customer_id AS id FROM express_customers WHERE clinic_id = $1 LIMIT 1',
    [CLINIC],
  );
  const filters: Record<string, Omit<FeedRequest, 'first'>> = {
    none: {},
    'type updated (6 %)': { types: ['express_customer.updated'] },
    'type deactivated (none)': { types: ['express_customer.deactivated'] },
    'one customer': { expressCustomerId: id },
  };
  const lines = [row('filter', 'after position', 'events', 'median ms', 'fastest ms'), row(...Array(5).fill('---'))];
  for (const [name, filter] of Object.entries(filters))
    for (const position of [0, Math.floor(last / 2), last - 100, last]) {
      const call = () =>
        findEventsAfter(dataSource.manager, CLINIC, { first: 100, after: cursorAt(position), ...filter });
      lines.push(row(name, position, (await call()).rows.length, ...(await timesOf(call))));
    }
  return lines;
}

async function measureLists(dataSource: DataSource, size: number): Promise<string[]> {
  const lines = [
    row('updatedAfter', 'order', 'page', 'rows', 'median ms', 'fastest ms', 'plans'),
    row(...Array(7).fill('---')),
  ];
  const [{ latest }] = await dataSource.query<[{ latest: Date }]>(
    'SELECT max(updated_at) AS latest FROM express_customers WHERE clinic_id = $1',
    [CLINIC],
  );
  const since = (share: number) => new Date(latest.getTime() - size * share * 1_000).toISOString();
  const { UPDATED_AT_ASC, UPDATED_AT_DESC, CREATED_AT_DESC } = ExpressCustomerOrder;
  for (const [name, share] of [
    ['all', 2],
    ['half of them', 0.5],
    ['the last 100', 100 / size],
  ] as const)
    for (const orderBy of [UPDATED_AT_ASC, UPDATED_AT_DESC, CREATED_AT_DESC]) {
      const filter = { updatedAfter: since(share) };
      const measured = await measure({ dataSource, clinicId: CLINIC, name, filter, orderBy });
      for (const { page, rows, milliseconds, fastest, plans } of measured)
        lines.push(row(name, orderBy, page, rows, milliseconds.toFixed(1), fastest.toFixed(1), plans.join(' ; ')));
    }
  return lines;
}

async function main(): Promise<void> {
  const server = await startPostgresServer({ durable: true, settings: { shared_buffers: '1GB', max_wal_size: '4GB' } });
  const report = ['# The feed and lists by time: cost of a page', ''];
  report.push(
    `Made by \`npm run bench:feed\` on ${new Date().toISOString().slice(0, 10)}, Node ${process.version}.`,
    '',
  );
  report.push(
    'Whole calls, with the way to PostgreSQL and back, on a machine that had other work too; a page of the feed has 100 events,',
  );
  report.push('one of a list 20 customers.', '');
  try {
    for (const size of SIZES) {
      const databaseUrl = server.url(`feed_${size}`);
      const postgres = await openServiceDatabase({ databaseUrl: server.url('postgres'), dataDir: '' });
      await postgres.dataSource.query(`CREATE DATABASE feed_${size}`);
      await postgres.close();
      const database = await openServiceDatabase({ databaseUrl, dataDir: '' });
      await migrate(database.dataSource);
      // Filling takes longer than any statement of the service may.
      const patient = await new DataSource({ type: 'postgres', url: databaseUrl }).initialize();
      await seedWithoutSearch(patient, CLINIC, size);
      await seedEvents(patient);
      await patient.destroy();
      const { dataSource } = database;
      report.push(`## ${size} customers`, '', ...(await measureFeed(dataSource)), '');
      report.push(...(await measureLists(dataSource, size)), '');
      await database.close();
    }
    const folder = join(process.cwd(), 'bench', 'results');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'feed.md'), report.join('\n'));
  } finally {
    await server.remove();
  }
}

void main();
