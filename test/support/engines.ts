import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';

export type Engine = 'embedded' | 'postgresql';

/** Whether the tests run on the Citus cluster of CITUS_URL, which has no triggers on its tables. */
export const isOnCitus = process.env.CITUS_URL !== undefined;

export const ENGINES: readonly Engine[] = isOnCitus ? ['postgresql'] : ['embedded', 'postgresql'];

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

async function withClient(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

const OBJECT_IN_USE = '55006';

// Sessions of Citus itself come back as soon as they are ended.
async function retryWhileInUse(client: Client, sql: string, tries = isOnCitus ? 10 : 1): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    if (tries === 1 || (error as { code?: string }).code !== OBJECT_IN_USE) throw error;
    await retryWhileInUse(client, sql, tries - 1);
  }
}

/** On Citus a database is one of the same name on each node; a copy of all of them is a cluster again. */
const execute = (sql: string): Promise<void> =>
  withClient(process.env.TEST_POSTGRES_URL!, async (client) => {
    // One at a time: PostgreSQL refuses to copy a template while another copy of it runs.
    await client.query('SELECT pg_advisory_lock(1)');
    await retryWhileInUse(client, sql);
    const workers = process.env.TEST_CITUS_WORKERS?.split(' ').filter(Boolean) ?? [];
    for (const worker of workers) await withClient(worker, (other) => retryWhileInUse(other, sql));
  });

/** Whether rows are written table by table, as on a distributed database; set by `npm run test:citus`. */
export const writesTableByTable = process.env.WRITE_TABLE_BY_TABLE === 'true';

const newName = (): string => `avara_test_${randomBytes(8).toString('hex')}`;

async function createOnServer(name: string, template: string): Promise<TestDatabase> {
  // By files: writing every page to the log, which is the default, takes three times as long.
  await execute(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const remove = () => execute(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { databaseUrl: databaseUrl(name), dataDir: join(process.env.TEST_SCRATCH!, name), remove };
}

// A thousand files: node's own recursive copy takes them one after the other, three times as long.
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to);
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map((entry) => {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      return entry.isDirectory() ? copyFolder(source, target) : copyFile(source, target, constants.COPYFILE_FICLONE);
    }),
  );
}

/** A PostgreSQL database in which nothing was ever migrated. */
export const createEmptyDatabase = (): Promise<TestDatabase> => createOnServer(newName(), 'template0');

/** A migrated database that no other test sees. */
export async function createTestDatabase(engine: Engine): Promise<TestDatabase> {
  const name = newName();
  if (engine === 'postgresql') return createOnServer(name, TEMPLATE_DATABASE);
  const dataDir = join(process.env.TEST_SCRATCH!, name);
  await copyFolder(join(process.env.TEST_SCRATCH!, 'template'), dataDir);
  const remove = () => rm(dataDir, { recursive: true, force: true });
  return { databaseUrl: undefined, dataDir, remove };
}

/** Runs the same tests once per engine. */
export const onEachEngine = (body: (engine: Engine) => void): void => describe.each(ENGINES)('on %s', body);
