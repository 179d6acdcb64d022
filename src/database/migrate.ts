import { MigrationExecutor, type DataSource } from 'typeorm';

// Any number will do as long as nothing else in the database locks it; every instance of the service uses this one.
const MIGRATION_LOCK = 4_711_000_001;

/**
 * Brings the schema up to date. Safe from many instances at once: they queue on an advisory lock and each migration runs
 * once. Everything happens in one session, since the embedded engine has no second one.
 * @returns the names of the migrations that ran.
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const session = dataSource.createQueryRunner();
  try {
    await session.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const executor = new MigrationExecutor(dataSource, session);
    executor.transaction = 'each';
    const executed = await executor.executePendingMigrations();
    await session.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    return executed.map(({ name }) => name);
  } finally {
    await session.release();
  }
}
