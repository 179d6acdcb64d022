import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { BoundedClient } from './timeout-client.js';

// Any number will do as long as nothing else in the database locks it; every instance of the service uses this one.
const MIGRATION_LOCK = 4_711_000_001;

/** Lets a session wait and work as long as it needs. @returns what bounds it again. */
async function unbound(session: QueryRunner): Promise<() => Promise<void>> {
  const connection: unknown = await session.connect();
  const setBounded = (isBounded: boolean) => {
    if (connection instanceof BoundedClient) connection.isBounded = isBounded;
  };
  setBounded(false);
  await session.query('SET statement_timeout = 0; SET lock_timeout = 0');
  return async () => {
    setBounded(true);
    // A connection that is lost has no settings to give back.
    await session.query('RESET statement_timeout; RESET lock_timeout').catch(() => undefined);
  };
}

// Everything happens in one session, since the embedded engine has no second one.
async function alone<Result>(dataSource: DataSource, work: (session: QueryRunner) => Promise<Result>): Promise<Result> {
  const session = dataSource.createQueryRunner();
  const bound = await unbound(session);
  try {
    await session.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const result = await work(session);
    await session.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    return result;
  } finally {
    await bound();
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
