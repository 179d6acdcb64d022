import type { Database } from '../../src/database/database.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { migrate } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations/index.js';
import { createEmptyDatabase, createTestDatabase, onEachEngine, type TestDatabase } from '../support/engines.js';

onEachEngine((engine) => {
  let place: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    place = await createTestDatabase(engine);
    database = await openServiceDatabase(place);
  });
  afterEach(async () => {
    await database.close();
    await place.remove();
  });

  it('makes exactly the schema that the entities describe', async () => {
    const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('runs nothing a second time', async () => {
    expect(await migrate(database.dataSource)).toEqual([]);
  });

  it('can be taken back to an empty database and brought up again', async () => {
    for (const _ of migrations) await database.dataSource.undoLastMigration();
    const tables = await database.dataSource.query(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(tables).toEqual([{ table_name: 'migrations' }]);
    expect(await migrate(database.dataSource)).toHaveLength(migrations.length);
  });
});

it('runs each migration once when four instances meet on an empty PostgreSQL database', async () => {
  const place = await createEmptyDatabase();
  const databases = await Promise.all(Array.from({ length: 4 }, () => openServiceDatabase(place)));
  try {
    const ran = await Promise.all(databases.map(({ dataSource }) => migrate(dataSource)));
    expect(ran.flat()).toEqual(migrations.map(({ name }) => name));
    const recorded = await databases[0]!.dataSource.query('SELECT name FROM migrations ORDER BY id');
    expect(recorded.map(({ name }: { name: string }) => name)).toEqual(ran.flat());
  } finally {
    await Promise.all(databases.map((database) => database.close()));
    await place.remove();
  }
});
