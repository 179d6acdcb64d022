import { openServiceDatabase } from '../../../src/service-database.js';
import type { Database } from '../../../src/database/database.js';
import { tablesToDistribute } from '../../../src/database/distribute.js';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';
import { commandLine } from '../../support/command-line.js';
import { LOCKS } from '../../support/locks.js';

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

describe('distribute', () => {
  it('says what to do where there is no Citus, changes nothing and leaves no lock', async () => {
    const { exitCode, stdout, stderr } = await commandLine(place)('distribute');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^This database has no Citus.*CREATE EXTENSION citus.*citus_add_node/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(await database.dataSource.query(`SELECT 1 FROM ${LOCKS} WHERE locktype = 'advisory'`)).toEqual([]);
  });

  it('covers every table of the schema, those that others refer to first', async () => {
    const rows = await database.dataSource.query<{ name: string }[]>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
    );
    const tables = tablesToDistribute(database.dataSource);
    expect([...tables].sort()).toEqual(rows.map(({ name }) => name).sort());
    expect(tables.slice(0, 2)).toEqual(['clinics', 'express_customers']);
  });

  it('needs every primary key and unique index to begin with the clinic, and no table to refer to another than clinics', async () => {
    const keys = await database.dataSource.query<{ name: string }[]>(
      `SELECT indexrelid::regclass::text AS name FROM pg_index JOIN pg_attribute
         ON attrelid = indrelid AND attnum = indkey[0]
       WHERE indisunique AND attname <> 'clinic_id' AND indrelid::regclass::text = ANY ($1)`,
      [tablesToDistribute(database.dataSource)],
    );
    expect(keys).toEqual([]);
    const references = await database.dataSource.query<{ name: string }[]>(
      `SELECT DISTINCT confrelid::regclass::text AS name FROM pg_constraint WHERE contype = 'f'`,
    );
    expect(references).toEqual([{ name: 'clinics' }]);
  });
});
