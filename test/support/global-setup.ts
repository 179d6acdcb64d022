import 'reflect-metadata';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
// Jest loads this file by Node's own require, which knows no mapping from .js to .ts: so no suffix here, and the built code.
import { makeCitusTemplate } from './servers/citus';
import { findMemoryFolder } from './servers/memory-folder';
import { startPostgresServer, type PostgresServer } from './servers/postgres-server';
import { databaseUrl, TEMPLATE_DATABASE } from './engines';

declare global {
  var testRun: { postgres: PostgresServer | null; scratch: string | null };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

type DatabaseModule = typeof import('../../src/service-database.js');
type MigrateModule = typeof import('../../src/database/migrate.js');
const built = join(process.cwd(), 'dist/src');
const { openServiceDatabase } = require(join(built, 'service-database.js')) as DatabaseModule;
const { migrate } = require(join(built, 'database/migrate.js')) as MigrateModule;

async function makeTemplate(options: { databaseUrl: string | undefined; dataDir: string }): Promise<void> {
  const database = await openServiceDatabase(options);
  await migrate(database.dataSource);
  await database.close();
}

/**
 * Leaves what every copy needs. The cluster's own template databases, two thirds of its files, are never opened; and to fill
 * 128 MB of buffers with zeros takes longer than all else of a start.
 */
async function trimTemplate(folder: string): Promise<void> {
  const cluster = join(folder, 'pglite');
  await appendFile(join(cluster, 'postgresql.conf'), '\nshared_buffers = 16MB\n');
  for (const part of ['base/1', 'base/4', '../lock']) await rm(join(cluster, part), { recursive: true, force: true });
}

/**
 * Migrates one template per engine; each test file copies it, which takes a tenth of the time. Whoever runs Jest many times
 * calls this once: a run that finds TEST_SCRATCH and TEST_POSTGRES_URL in its environment uses those and leaves them.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env.TEST_SCRATCH && process.env.TEST_POSTGRES_URL) {
    globalThis.testRun = { postgres: null, scratch: null };
    return;
  }
  const scratch = await mkdtemp(join(await findMemoryFolder(), 'avara-test-'));
  const given = process.env.CITUS_URL ?? process.env.TEST_DATABASE_URL;
  const embedded = makeTemplate({ databaseUrl: undefined, dataDir: join(scratch, 'template') });
  const postgres = given ? null : await startPostgresServer({ inMemory: true });
  globalThis.testRun = { postgres, scratch };
  process.env.TEST_POSTGRES_URL = given ?? postgres!.url('postgres');
  process.env.TEST_SCRATCH = scratch;
  if (process.env.CITUS_URL) {
    const [coordinator, ...workers] = await makeCitusTemplate(process.env.CITUS_URL, TEMPLATE_DATABASE);
    process.env.TEST_POSTGRES_URL = coordinator!;
    process.env.TEST_CITUS_WORKERS = workers.join(' ');
  } else {
    await execute(process.env.TEST_POSTGRES_URL, `DROP DATABASE IF EXISTS ${TEMPLATE_DATABASE}`);
    await execute(process.env.TEST_POSTGRES_URL, `CREATE DATABASE ${TEMPLATE_DATABASE}`);
    await makeTemplate({ databaseUrl: databaseUrl(TEMPLATE_DATABASE), dataDir: '' });
  }
  await embedded;
  await trimTemplate(join(scratch, 'template'));
}
