import type { Database } from '../../../src/database/database.js';
import { openServiceDatabase } from '../../../src/service-database.js';
import { migrate } from '../../../src/database/migrate.js';
import { migrations } from '../../../src/database/migrations/index.js';
import { createTestDatabase, onEachEngine, type TestDatabase } from '../../support/engines.js';

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
