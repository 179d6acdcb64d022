import { Client } from 'pg';
import type { Database } from '../../../src/database/database.js';
import { migrate } from '../../../src/database/migrate.js';
import { migrations } from '../../../src/database/migrations/index.js';
import { AddEventPositions1767225600700 } from '../../../src/database/migrations/1767225600700-add-event-positions.js';
import { NumberEvents1767225600701 } from '../../../src/database/migrations/1767225600701-number-events.js';
import { openServiceDatabase } from '../../../src/service-database.js';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';

const ONLINE = migrations.slice(migrations.indexOf(NumberEvents1767225600701));

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase('postgresql');
  database = await openServiceDatabase(place);
});
afterEach(async () => {
  await database.close();
  await place.remove();
});

const insertEvent = (client: Pick<Client, 'query'>, version: number) =>
  client.query(
    `INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id, changes)
     VALUES (gen_random_uuid(), 'cus_', $1, 'express_customer.updated', now(), gen_random_uuid(), '[]')`,
    [version],
  );
const findInvalid = () =>
  database.dataSource.query<object[]>('SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid');

it('an online migration lets others write while it waits for a transaction, and numbers what was there', async () => {
  const { dataSource } = database;
  for (const _ of ONLINE) await dataSource.undoLastMigration();
  const [slow, other] = [new Client(place.databaseUrl), new Client(place.databaseUrl)];
  await Promise.all([slow.connect(), other.connect()]);
  try {
    await insertEvent(other, 1);
    await slow.query('BEGIN');
    await insertEvent(slow, 2);
    const migrating = migrate(dataSource);
    const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INDEX CONCURRENTLY%'
      AND datname = current_database()`;
    while ((await other.query(waits)).rows.length === 0);
    await other.query(`SET lock_timeout = '1s'`);
    await insertEvent(other, 3);
    await slow.query('COMMIT');
    expect(await migrating).toEqual(ONLINE.map(({ name }) => name));
    expect(await findInvalid()).toEqual([]);
    const { rows } = await other.query('SELECT version, position FROM express_customer_events ORDER BY version');
    expect(rows).toEqual([
      { version: 1, position: '1' },
      { version: 2, position: null },
      { version: 3, position: null },
    ]);
  } finally {
    await Promise.all([slow.end(), other.end()]);
  }
});

it('a migration that waits for a table in use, as by a backup, holds nobody up meanwhile', async () => {
  const { dataSource } = database;
  const undone = migrations.slice(migrations.indexOf(AddEventPositions1767225600700));
  for (const _ of undone) await dataSource.undoLastMigration();
  const [backup, other] = [new Client(place.databaseUrl), new Client(place.databaseUrl)];
  await Promise.all([backup.connect(), other.connect()]);
  try {
    await backup.query('BEGIN');
    await backup.query('SELECT count(*) FROM express_customer_events, express_customers');
    const migrating = migrate(dataSource);
    const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE%'
      AND datname = current_database()`;
    while ((await other.query(waits)).rows.length === 0);
    // Behind a migration that waits for the backup, it would wait as long as that.
    await other.query(`SET lock_timeout = '10s'`);
    for (const version of [1, 2, 3]) await insertEvent(other, version);
    await backup.query('COMMIT');
    expect(await migrating).toEqual(undone.map(({ name }) => name));
  } finally {
    await Promise.all([backup.end(), other.end()]);
  }
});

it('an online migration that was interrupted builds its index again when it is repeated', async () => {
  const { dataSource } = database;
  await dataSource.query(
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'express_customer_events_position'::regclass`,
  );
  await dataSource.query('DELETE FROM migrations WHERE name = $1', [NumberEvents1767225600701.name]);
  expect(await findInvalid()).toHaveLength(1);
  expect(await migrate(dataSource)).toEqual([NumberEvents1767225600701.name]);
  expect(await findInvalid()).toEqual([]);
});

it('an online migration leaves its connection as it was, also when it fails', async () => {
  const { dataSource } = database;
  await dataSource.query('DELETE FROM migrations WHERE name = $1', [NumberEvents1767225600701.name]);
  await dataSource.query('ALTER TABLE event_counters RENAME TO hidden');
  await dataSource.query(
    `INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id, changes)
     VALUES (gen_random_uuid(), 'cus_', 1, 'express_customer.updated', now(), gen_random_uuid(), '[]')`,
  );
  await expect(migrate(dataSource)).rejects.toThrow('event_counters');
  const settings = await Promise.all(
    Array.from({ length: 4 }, () =>
      dataSource.query<{ statement: string; lock: string }[]>(
        `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock, pg_sleep(0.05)::text`,
      ),
    ),
  );
  for (const [row] of settings) expect(row).toMatchObject({ statement: '4s', lock: '3s' });
});
