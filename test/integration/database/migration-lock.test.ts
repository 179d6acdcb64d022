import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Database } from '../../../src/database/database.js';
import { migrate } from '../../../src/database/migrate.js';
import { withMigrationLock } from '../../../src/database/migration-lock.js';
import { migrations } from '../../../src/database/migrations/index.js';
import { openServiceDatabase } from '../../../src/service-database.js';
import { createEmptyDatabase, createTestDatabase, onEachEngine, type TestDatabase } from '../../support/engines.js';
import { LOCKS } from '../../support/locks.js';

let place: TestDatabase;
let databases: Database[];
const open = async (): Promise<Database> => {
  const database = await openServiceDatabase(place);
  databases.push(database);
  return database;
};
beforeEach(async () => {
  databases = [];
});
afterEach(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await place.remove();
});

const heldLocks = ({ dataSource }: Database): Promise<unknown[]> =>
  dataSource.query(`SELECT pid FROM ${LOCKS} WHERE locktype = 'advisory'`);

it('runs each migration once when 18 processes migrate simultaneously, and keeps no lock', async () => {
  place = await createEmptyDatabase();
  const all = await Promise.all(Array.from({ length: 18 }, open));
  const ran = await Promise.all(all.map(({ dataSource }) => migrate(dataSource)));
  expect(ran.flat().sort()).toEqual(migrations.map(({ name }) => name).sort());
  expect(await heldLocks(all[0]!)).toEqual([]);
});

it('reports for whom it waits, and goes on when that process is done', async () => {
  place = await createEmptyDatabase();
  const [first, second] = [await open(), await open()];
  let finish = () => undefined as void;
  const busy = new Promise<void>((resolve) => (finish = resolve));
  let pid = 0;
  const migrating = withMigrationLock(
    first.dataSource,
    async (session) => {
      [{ pid }] = await session.query('SELECT pg_backend_pid() AS pid');
      await busy;
    },
    () => undefined,
  );
  while (pid === 0) await sleep(5);
  const reports: string[] = [];
  const waiting = migrate(second.dataSource, (message) => {
    reports.push(message);
    finish();
  });
  await migrating;
  expect(await waiting).toHaveLength(migrations.length);
  expect(reports).toEqual([`Another process migrates the schema (PostgreSQL process ${pid}); waiting for it.`]);
});

it('reports in words a lock that an abandoned session holds', async () => {
  place = await createEmptyDatabase();
  const { dataSource } = await open();
  const abandoned = new Client({ connectionString: place.databaseUrl! });
  await abandoned.connect();
  try {
    const { rows } = await abandoned.query('SELECT pg_backend_pid() AS pid, pg_advisory_lock(4711000001)');
    const migrating = withMigrationLock(
      dataSource,
      async () => undefined,
      () => undefined,
      300,
    );
    await expect(migrating).rejects.toThrow(
      `The schema is locked for migrations by PostgreSQL process ${rows[0].pid}. When that process migrates nothing`,
    );
  } finally {
    await abandoned.end();
  }
});

onEachEngine((engine) => {
  it('leaves no setting and no lock on its connection, whether it succeeds or fails', async () => {
    place = await createTestDatabase(engine);
    const database = await open();
    const settings = () =>
      database.dataSource.query(
        `SELECT name, current_setting(name) AS value
         FROM unnest(ARRAY['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']) AS s (name)`,
      );
    const before = await settings();
    await migrate(database.dataSource);
    const failing = withMigrationLock(
      database.dataSource,
      async (session) => {
        await session.query('CREATE TABLE half_done (id int)');
        throw new Error('this migration fails');
      },
      () => undefined,
    );
    await expect(failing).rejects.toThrow('this migration fails');
    expect(await settings()).toEqual(before);
    expect(await heldLocks(database)).toEqual([]);
    expect(await database.dataSource.query(`SELECT to_regclass('half_done') AS made`)).toEqual([{ made: null }]);
  });
});
