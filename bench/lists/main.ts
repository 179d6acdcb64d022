import 'reflect-metadata';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { ExpressCustomerOrder } from '../../src/customer/model/customer-list.js';
import type { Database } from '../../src/database/database.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { migrate } from '../../src/database/migrate.js';
import { startPostgresServer, type PostgresServer } from '../../test/support/servers/postgres-server.js';
import { benchmark, sizes } from '../arguments.js';
import { FILTERS, LIMITS } from './cases.js';
import { measureCreates } from './creates.js';
import { measure, type Measured } from './measure.js';
import { reportOf } from './report.js';
import { clinicIdOf, seed } from './seed.js';

const ABOUT =
  'Measures every filter and order of expressCustomers, first page and deep page, and the limits, at growing numbers of ' +
  'customers. About half an hour. Writes bench/results/lists.md.';

const { sizes: SIZES } = benchmark('bench:lists', ABOUT)
  .option('--sizes <sizes>', 'numbers of customers', sizes, [1_000, 100_000, 1_000_000])
  .parse()
  .opts<{ sizes: number[] }>();
const RESULTS = join(process.cwd(), 'bench', 'results');

async function open(server: PostgresServer, name: string): Promise<Database> {
  const postgres = await openServiceDatabase({ databaseUrl: server.url('postgres'), dataDir: '' });
  await postgres.dataSource.query(`CREATE DATABASE ${name}`);
  await postgres.close();
  const database = await openServiceDatabase({ databaseUrl: server.url(name), dataDir: '' });
  await migrate(database.dataSource);
  return database;
}

async function measureAll(dataSource: DataSource, clinicId: string): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const [name, filter] of Object.entries({ ...FILTERS, ...LIMITS })) {
    for (const orderBy of Object.values(ExpressCustomerOrder)) {
      measured.push(...(await measure({ dataSource, clinicId, name, filter, orderBy })));
    }
  }
  return measured;
}

async function main(): Promise<void> {
  const server = await startPostgresServer({ durable: true, settings: { shared_buffers: '1GB', max_wal_size: '4GB' } });
  try {
    const bySize = new Map<number, Measured[]>();
    let creates = '';
    for (const size of SIZES) {
      process.stderr.write(`${size} customers\n`);
      const database = await open(server, `lists_${size}`);
      const clinicId = clinicIdOf('large');
      await seed(database.dataSource, clinicId, size);
      bySize.set(size, await measureAll(database.dataSource, clinicId));
      if (size === 100_000) creates = await measureCreates(database.dataSource);
      await database.close();
    }
    await mkdir(RESULTS, { recursive: true });
    await writeFile(join(RESULTS, 'lists.md'), reportOf(bySize, creates));
  } finally {
    await server.remove();
  }
}

void main();
