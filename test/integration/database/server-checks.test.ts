import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { Database } from '../../../src/database/database.js';
import { migrate } from '../../../src/database/migrate.js';
import { DEFAULT_CONNECTIONS } from '../../../src/database/connection/connection-settings.js';
import { poolOf } from '../../../src/database/connection/pool.js';
import { requireSettings } from '../../../src/database/connection/pooler.js';
import { postgresqlSettings } from '../../../src/database/connection/session-settings.js';
import { openServiceDatabase } from '../../../src/service-database.js';
import { createEmptyDatabase, databaseUrl, onEachEngine, createTestDatabase } from '../../support/engines.js';
import { serviceOn } from '../../support/service.js';

const removals: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const remove of removals.splice(0).reverse()) await remove();
});

async function execute(url: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A database of its own, changed by statements in which `$name` stands for its name. */
async function newDatabase(...statements: string[]): Promise<{ databaseUrl: string; dataDir: string }> {
  const place = await createEmptyDatabase();
  removals.push(() => place.remove());
  const name = new URL(place.databaseUrl!).pathname.slice(1);
  await execute(place.databaseUrl!, ...statements.map((statement) => statement.replaceAll('$name', name)));
  return { databaseUrl: place.databaseUrl!, dataDir: '' };
}

async function open(location: { databaseUrl: string; dataDir: string }): Promise<Database> {
  const database = await openServiceDatabase(location);
  removals.push(() => database.close());
  return database;
}

const refusalOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: Error) => `${error.name}: ${error.message}`,
  );

const settingsOf = async ({ dataSource }: Database, names: string[]): Promise<Record<string, string>> => {
  const rows: { name: string; value: string }[] = await dataSource.query(
    `SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS setting (name)
     WHERE current_setting(name, true) IS NOT NULL`,
    [names],
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
};

const OTHER_DEFAULTS = {
  datestyle: "'German'",
  intervalstyle: "'iso_8601'",
  timezone: "'Asia/Kolkata'",
  bytea_output: "'escape'",
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  transform_null_equals: 'on',
  array_nulls: 'off',
  default_transaction_isolation: "'serializable'",
  default_transaction_deferrable: 'on',
  client_encoding: "'LATIN1'",
  gin_fuzzy_search_limit: '1',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: "'1s'",
};

it('sets what the code relies on in every session, whatever the database has as its defaults', async () => {
  const location = await newDatabase(
    ...Object.entries(OTHER_DEFAULTS).map(([name, value]) => `ALTER DATABASE $name SET ${name} = ${value}`),
  );
  const database = await open(location);
  const names = Object.keys(postgresqlSettings(DEFAULT_CONNECTIONS));
  // The newest of them is not in every version that is supported.
  expect(new Set(names)).toEqual(new Set([...Object.keys(OTHER_DEFAULTS), 'transaction_timeout']));
  // On ten connections, each with a session of its own.
  const sessions = await Promise.all(Array.from({ length: 10 }, () => settingsOf(database, names)));
  for (const session of sessions)
    expect({ transaction_timeout: '0', ...session }).toEqual(postgresqlSettings(DEFAULT_CONNECTIONS));
});

it('sets the timeouts that are configured, in each session', async () => {
  const place = await createEmptyDatabase();
  removals.push(() => place.remove());
  const connections = { ...DEFAULT_CONNECTIONS, poolSize: 3, statementTimeoutMs: 2_500, lockTimeoutMs: 1_000 };
  const database = await openServiceDatabase({ ...place, connections });
  removals.push(() => database.close());
  expect(poolOf(database.dataSource).options.max).toBe(3);
  const sessions = [1, 2, 3].map(() => settingsOf(database, ['statement_timeout', 'lock_timeout']));
  for (const session of await Promise.all(sessions))
    expect(session).toEqual({ statement_timeout: '2500ms', lock_timeout: '1s' });
});

it('answers right on a database whose defaults are others', async () => {
  const { databaseUrl: url, dataDir } = await newDatabase(
    ...Object.entries(OTHER_DEFAULTS).map(([name, value]) => `ALTER DATABASE $name SET ${name} = ${value}`),
  );
  const service = await serviceOn({ databaseUrl: url, dataDir, remove: async () => undefined });
  removals.push(() => service.stop());
  const clinic = await service.newClinic();
  const create = `mutation { createExpressCustomer(input: { expressCustomerName: "Łódź \\\\ 日本" }) { createdAt } }`;
  const before = Date.now();
  const { body } = await service.graphql(clinic, create);
  const createdAt: string = body.data!.createExpressCustomer.createdAt;
  expect(Math.abs(Date.parse(createdAt) - before)).toBeLessThan(60_000);
  const list = `{ expressCustomers(filter: { nameContains: "łódź" }) { nodes { expressCustomerName createdAt } } }`;
  const found = await service.graphql(clinic, list);
  expect(found.body.data!.expressCustomers.nodes).toEqual([{ expressCustomerName: 'Łódź \\ 日本', createdAt }]);
});

it('waits for the disk at each commit where the database would not', async () => {
  for (const [given, used] of [
    ['off', 'on'],
    ['remote_apply', 'remote_apply'],
    ['local', 'local'],
  ]) {
    const database = await open(await newDatabase(`ALTER DATABASE $name SET synchronous_commit = ${given}`));
    expect(await settingsOf(database, ['synchronous_commit'])).toEqual({ synchronous_commit: used });
  }
});

onEachEngine((engine) => {
  it('reads and writes instants in UTC, and numbers and bytes in the forms that the code knows', async () => {
    const place = await createTestDatabase(engine);
    removals.push(() => place.remove());
    const database = await openServiceDatabase(place);
    removals.push(() => database.close());
    const settings = await settingsOf(database, ['timezone', 'datestyle', 'bytea_output', 'client_encoding']);
    expect(settings).toEqual({ timezone: 'UTC', datestyle: 'ISO, MDY', bytea_output: 'hex', client_encoding: 'UTF8' });
  });
});

it('finds extensions that lie in a schema of their own, as hosted PostgreSQL keeps them', async () => {
  const location = await newDatabase(
    'CREATE SCHEMA "hosted extensions"',
    'CREATE EXTENSION pg_trgm SCHEMA "hosted extensions"',
    'CREATE EXTENSION btree_gin SCHEMA "hosted extensions"',
  );
  const { dataSource } = await open(location);
  expect(await migrate(dataSource)).not.toEqual([]);
  const tables = await dataSource.query(`SELECT DISTINCT schemaname FROM pg_tables WHERE tablename = 'clinics'`);
  expect(tables).toEqual([{ schemaname: 'public' }]);
});

it('migrates as a user who may create no extension, where an administrator has', async () => {
  const role = `avara_test_${randomBytes(8).toString('hex')}`;
  const { databaseUrl: url } = await newDatabase(
    'CREATE SCHEMA extensions',
    'CREATE EXTENSION pg_trgm SCHEMA extensions',
    'CREATE EXTENSION btree_gin SCHEMA extensions',
    `CREATE ROLE ${role} LOGIN`,
    `GRANT USAGE ON SCHEMA extensions TO ${role}`,
    `GRANT USAGE, CREATE ON SCHEMA public TO ${role}`,
  );
  removals.unshift(() => execute(process.env.TEST_POSTGRES_URL!, `DROP ROLE ${role}`));
  const { dataSource } = await open({ databaseUrl: url.replace('postgres@', `${role}@`), dataDir: '' });
  expect(await migrate(dataSource)).not.toEqual([]);
});

describe('refuses in one line that says what to do', () => {
  it.each(['SQL_ASCII', 'LATIN1'])('a database that stores text as %s', async (encoding) => {
    const name = `avara_test_${randomBytes(8).toString('hex')}`;
    const admin = process.env.TEST_POSTGRES_URL!;
    await execute(admin, `CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
    removals.push(() => execute(admin, `DROP DATABASE ${name}`));
    const refusal = await refusalOf(openServiceDatabase({ databaseUrl: databaseUrl(name), dataDir: '' }));
    expect(refusal).toContain(`UnsupportedPostgresError: The database ${name} stores text as ${encoding}`);
    expect(refusal).toMatch(/and the service needs UTF8\. .* ENCODING 'UTF8' TEMPLATE template0/);
  });

  it('a search path that leads to no schema', async () => {
    const location = await newDatabase('ALTER DATABASE $name SET search_path = nowhere');
    expect(await refusalOf(openServiceDatabase(location))).toMatch(
      /No schema in the search path of the database .* SET search_path = public/,
    );
  });

  it('sessions that may only read, before a migration', async () => {
    const { dataSource } = await open(await newDatabase('ALTER DATABASE $name SET default_transaction_read_only = on'));
    expect(await refusalOf(migrate(dataSource))).toContain('are read-only (default_transaction_read_only is on)');
  });

  it('a user who may not change the schema, with what PostgreSQL says', async () => {
    const role = `avara_test_${randomBytes(8).toString('hex')}`;
    const { databaseUrl: url } = await newDatabase(`CREATE ROLE ${role} LOGIN`);
    removals.unshift(() => execute(process.env.TEST_POSTGRES_URL!, `DROP ROLE ${role}`));
    const { dataSource } = await open({ databaseUrl: url.replace('postgres@', `${role}@`), dataDir: '' });
    const refusal = await refusalOf(migrate(dataSource));
    expect(refusal).toMatch(/^MigrationError: The user in DATABASE_URL may not change the schema\..*permission denied/);
  });

  it('a user who may not use the tables that another one made, until the rights are granted', async () => {
    const role = `avara_test_${randomBytes(8).toString('hex')}`;
    const location = await newDatabase(`CREATE ROLE ${role} LOGIN`);
    removals.unshift(() => execute(process.env.TEST_POSTGRES_URL!, `DROP ROLE ${role}`));
    await migrate((await open(location)).dataSource);
    await execute(location.databaseUrl, `GRANT SELECT ON migrations TO ${role}`);
    const { dataSource } = await open({
      databaseUrl: location.databaseUrl.replace('postgres@', `${role}@`),
      dataDir: '',
    });
    const refusal = await refusalOf(migrate(dataSource));
    expect(refusal).toMatch(/may not read and write these tables: .*express_customers.*clinics/);
    const [grant] = /GRANT .*/.exec(refusal)!;
    await execute(location.databaseUrl, grant);
    expect(await migrate(dataSource)).toEqual([]);
  });

  it('an extension in a schema that the user may not use', async () => {
    const role = `avara_test_${randomBytes(8).toString('hex')}`;
    const { databaseUrl: url } = await newDatabase(
      'CREATE SCHEMA extensions',
      'CREATE EXTENSION pg_trgm SCHEMA extensions',
      'CREATE EXTENSION btree_gin SCHEMA extensions',
      `CREATE ROLE ${role} LOGIN`,
      `GRANT CREATE ON SCHEMA public TO ${role}`,
    );
    removals.unshift(() => execute(process.env.TEST_POSTGRES_URL!, `DROP ROLE ${role}`));
    const { dataSource } = await open({ databaseUrl: url.replace('postgres@', `${role}@`), dataDir: '' });
    expect(await refusalOf(migrate(dataSource))).toMatch(
      /An extension lies in a schema that .*Grant it USAGE on the schema of pg_trgm/,
    );
  });

  it('tables of other software under our names', async () => {
    const { dataSource } = await open(await newDatabase('CREATE TABLE clinics (id int)'));
    expect(await refusalOf(migrate(dataSource))).toMatch(/has tables of other software .*Use a database of its own/);
  });

  it('settings that something on the way does not keep', async () => {
    const session = new Client({ connectionString: databaseUrl('postgres') });
    await session.connect();
    removals.push(() => session.end());
    expect(await refusalOf(requireSettings(session, { datestyle: 'ISO, MDY', work_mem: '17MB' }))).toMatch(
      /The session setting work_mem is ".*" right after it was set to "17MB": .* does not keep it\. Let the pooler/,
    );
  });
});
