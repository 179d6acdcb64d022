import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';

// Any number will do as long as nothing else in the database locks it; every instance of the service uses this one.
const MIGRATION_LOCK = 4_711_000_001;

// Everything happens in one session, since the embedded engine has no second one.
async function alone<Result>(dataSource: DataSource, work: (session: QueryRunner) => Promise<Result>): Promise<Result> {
  const session = dataSource.createQueryRunner();
  try {
    await session.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const result = await work(session);
    await session.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    return result;
  } finally {
    await session.release();
  }
}

function executorOf(dataSource: DataSource, session: QueryRunner): MigrationExecutor {
  const executor = new MigrationExecutor(dataSource, session);
  executor.transaction = 'each';
  return executor;
}

/**
 * Brings the schema up to date. Safe from many instances at once: they queue on an advisory lock and each migration runs
 * once.
 * @returns the names of the migrations that ran.
 */
export function migrate(dataSource: DataSource): Promise<string[]> {
  return alone(dataSource, async (session) => {
    const executed = await executorOf(dataSource, session).executePendingMigrations();
    return executed.map(({ name }) => name);
  });
}

/** The migrations in the order they run, and whether each is applied. Changes nothing. */
export async function migrationStates(dataSource: DataSource): Promise<{ name: string; isApplied: boolean }[]> {
  const executor = new MigrationExecutor(dataSource);
  const applied = (await executor.getExecutedMigrations()).reverse();
  const pending = await executor.getPendingMigrations();
  return [...applied, ...pending].map(({ name }, index) => ({ name, isApplied: index < applied.length }));
}

/** Undoes the latest migration, and with it the data in what it made. @returns its name; null when there was none. */
export function undoLastMigration(dataSource: DataSource): Promise<string | null> {
  return alone(dataSource, async (session) => {
    const executor = executorOf(dataSource, session);
    const [latest] = await executor.getExecutedMigrations();
    if (!latest) return null;
    await executor.undoLastMigration();
    return latest.name;
  });
}
