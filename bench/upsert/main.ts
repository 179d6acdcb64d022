import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { migrate } from '../../src/database/migrate.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { startServerProcess } from '../../test/support/server-process.js';
import { startPostgresServer } from '../../test/support/servers/postgres-server.js';
import { newClinic } from '../../test/support/service.js';
import { benchmark, positive } from '../arguments.js';
import { measureLookUps } from './look-ups.js';
import { measureUpserts } from './upserts.js';

const ABOUT =
  'Measures upserts of one client, one per call and a hundred per call, and look-ups by reference, in a clinic of many ' +
  'customers. About five minutes.';

const { customers: CUSTOMERS } = benchmark('bench:upsert', ABOUT)
  .option('--customers <number>', 'customers of the clinic, each with a reference', positive, 1_000_000)
  .parse()
  .opts<{ customers: number }>();

const SEED = `
  INSERT INTO express_customers (clinic_id, express_customer_id, express_customer_name, name_search,
    external_reference_id, metadata, created_by_api_key_id)
  SELECT $1::uuid, 'cus_' || lpad(to_hex(1767225600000 + n), 12, '0') || '7' || substr(md5(n::text), 1, 19),
    'Organisation ' || n, 'organisation ' || n, 'seed-' || n, '{"region": "north"}', $1::uuid
  FROM generate_series(1, $2::integer) AS n`;

async function seed(url: string, clinicId: string): Promise<void> {
  // Filling takes longer than any statement of the service may.
  const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
  // Built again from what the migration said, which takes a tenth of the time.
  const [{ indexdef }] = await dataSource.query(
    `SELECT indexdef FROM pg_indexes WHERE indexname = 'express_customers_search'`,
  );
  await dataSource.query('DROP INDEX express_customers_search');
  await dataSource.query(SEED, [clinicId, CUSTOMERS]);
  await dataSource.query(indexdef);
  await dataSource.query('VACUUM ANALYZE express_customers');
  await dataSource.destroy();
}

async function main(): Promise<void> {
  const server = await startPostgresServer({ durable: true, settings: { shared_buffers: '1GB', max_wal_size: '4GB' } });
  const database = await openServiceDatabase({ databaseUrl: server.url('postgres'), dataDir: '' });
  const { dataSource } = database;
  try {
    await migrate(dataSource);
    const clinic = await newClinic(dataSource);
    await seed(server.url('postgres'), clinic.clinicId);
    process.stdout.write(`${CUSTOMERS} customers\n${await measureLookUps(dataSource, clinic.clinicId, CUSTOMERS)}\n`);
    const environment = { DATABASE_URL: server.url('postgres'), LOG_LEVEL: 'warn', RATE_LIMIT_POINTS: '0' };
    const service = await startServerProcess({ environment });
    process.stdout.write(await measureUpserts(service, clinic.token).finally(() => service.end('SIGTERM')));
  } finally {
    await database.close();
    await server.remove();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
