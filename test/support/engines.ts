import { randomBytes } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';

export const ENGINES = ['embedded', 'postgresql'] as const;
export type Engine = (typeof ENGINES)[number];

export const TEMPLATE_DATABASE = 'avara_test_template';

/** Where a test's own migrated database is, in the words of the configuration, and how to get rid of it. */
export interface TestDatabase {
  databaseUrl: string | undefined;
  dataDir: string;
  remove(): Promise<void>;
}

export function databaseUrl(name: string): string {
  const url = new URL(process.env.TEST_POSTGRES_URL!);
  url.pathname = `/${name}`;
  return url.href;
}

async function execute(sql: string): Promise<void> {
  const client = new Client({ connectionString: process.env.TEST_POSTGRES_URL! });
  await client.connect();
  try {
    // One at a time: PostgreSQL refuses to copy a template while another copy of it runs.
    await client.query('SELECT pg_advisory_lock(1)');
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A migrated database that no other test sees. */
export async function createTestDatabase(engine: Engine): Promise<TestDatabase> {
  const name = `avara_test_${randomBytes(8).toString('hex')}`;
  const dataDir = join(process.env.TEST_SCRATCH!, name);
  const removeFolder = () => rm(dataDir, { recursive: true, force: true });
  if (engine === 'embedded') {
    await cp(join(process.env.TEST_SCRATCH!, 'template'), dataDir, { recursive: true });
    return { databaseUrl: undefined, dataDir, remove: removeFolder };
  }
  await execute(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`);
  const remove = () => execute(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { databaseUrl: databaseUrl(name), dataDir, remove };
}

/** A PostgreSQL database without any table. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const name = `avara_test_${randomBytes(8).toString('hex')}`;
  await execute(`CREATE DATABASE ${name}`);
  return {
    databaseUrl: databaseUrl(name),
    dataDir: '',
    remove: () => execute(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Runs the same tests once per engine. */
export const onEachEngine = (body: (engine: Engine) => void): void => describe.each(ENGINES)('on %s', body);
