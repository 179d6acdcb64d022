import { MigrationExecutor, type DataSource, type Migration, type QueryRunner } from 'typeorm';
import { OperatorError } from '../shared/operator-error.js';
import { withMigrationLock, type Report } from './migration-lock.js';
import { isOnline, withOnlineSession } from './online-migration.js';
import { sqlState } from './connection/postgres-errors.js';
import { requireTableRights, requireWritable } from './connection/server-checks.js';

/** PostgreSQL did not let a migration change the schema. */
export class MigrationError extends OperatorError {}

const EXTENSIONS = 'CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin;';

const ADVICE: Record<string, string> = {
  '42501':
    'The user in DATABASE_URL may not change the schema. Grant it CREATE on the database and its schema. Where it may ' +
    `not make extensions, let an administrator run: ${EXTENSIONS}`,
  '42704':
    'An extension lies in a schema that the user in DATABASE_URL may not use. Grant it USAGE on the schema of pg_trgm ' +
    'and btree_gin.',
  '0A000': `PostgreSQL lacks an extension. Install PostgreSQL's contrib package, or let the provider allow: ${EXTENSIONS}`,
  '58P01': "PostgreSQL lacks an extension. Install PostgreSQL's contrib package on the server.",
  '53100': 'The disk of the PostgreSQL server is full. Free some space there.',
  '42P07': 'The database has tables of other software under the names of this schema. Use a database of its own.',
};

/** An error of a migration as one that says what to do; any other error unchanged. */
export function explainMigrationError(error: unknown): unknown {
  const state = sqlState(error);
  const advice = state === undefined ? undefined : ADVICE[state];
  if (advice === undefined) return error;
  return new MigrationError(`${advice} PostgreSQL says: ${(error as Error).message} (${state})`, { cause: error });
}

async function changeSchema<Result>(
  dataSource: DataSource,
  change: (executor: MigrationExecutor, session: QueryRunner) => Promise<Result>,
  report: Report,
): Promise<Result> {
  await requireWritable(dataSource);
  const work = (session: QueryRunner) => {
    const executor = new MigrationExecutor(dataSource, session);
    // The lock's transaction holds them all.
    executor.transaction = 'none';
    return change(executor, session);
  };
  try {
    return await withMigrationLock(dataSource, work, report);
  } catch (error) {
    throw explainMigrationError(error);
  }
}

async function execute(executor: MigrationExecutor, migrations: Migration[]): Promise<string[]> {
  for (const migration of migrations) await executor.executeMigration(migration);
  return migrations.map(({ name }) => name);
}

/** Runs the pending migrations up to the next online one; that one by itself. @returns the names of those that ran. */
async function executeNext(executor: MigrationExecutor, session: QueryRunner): Promise<string[]> {
  const pending = await executor.getPendingMigrations();
  const online = pending.findIndex(({ instance }) => isOnline(instance));
  if (online !== 0) return execute(executor, online === -1 ? pending : pending.slice(0, online));
  return withOnlineSession(session.connection, session, (own) =>
    execute(new MigrationExecutor(session.connection, own), pending.slice(0, 1)),
  );
}

/**
 * Brings the schema up to date. Safe from many instances simultaneously: one migrates, the others wait, and each migration runs
 * once. Migrations that follow one another are one transaction: all of them, or none when one fails. An online migration runs
 * by itself and, if it fails, continues where it was when this is called again.
 * @returns the names of the migrations that ran.
 * @throws UnsupportedPostgresError when the server takes no writes, or not from this user, MigrationError when the user lacks a right or the server
 * an extension, MigrationLockedError when another process holds the lock for five minutes.
 */
export async function migrate(dataSource: DataSource, report: Report = () => undefined): Promise<string[]> {
  const executed: string[] = [];
  for (;;) {
    const names = await changeSchema(dataSource, executeNext, report);
    if (names.length === 0) break;
    executed.push(...names);
  }
  await requireTableRights(dataSource);
  return executed;
}

/** The migrations in the order they run, and whether each is applied. Changes nothing. */
export async function migrationStates(dataSource: DataSource): Promise<{ name: string; isApplied: boolean }[]> {
  const executor = new MigrationExecutor(dataSource);
  const applied = (await executor.getExecutedMigrations()).reverse();
  const pending = await executor.getPendingMigrations();
  return [...applied, ...pending].map(({ name }, index) => ({ name, isApplied: index < applied.length }));
}

/**
 * Asks whether the schema is up to date, and the user may use it. Changes nothing.
 * @throws MigrationError naming the migrations that are missing; UnsupportedPostgresError for a right that is missing.
 */
export async function requireMigrated(dataSource: DataSource): Promise<void> {
  const missing = (await migrationStates(dataSource)).filter(({ isApplied }) => !isApplied);
  if (missing.length > 0)
    throw new MigrationError(
      `The schema lacks these migrations of this version: ${missing.map(({ name }) => name).join(', ')}. Run "migrate up" ` +
        'on the primary first; a standby receives them from there.',
    );
  await requireTableRights(dataSource);
}

/** Undoes the latest migration, and with it the data in what it made. @returns its name; null when there was none. */
export function undoLastMigration(dataSource: DataSource, report: Report = () => undefined): Promise<string | null> {
  return changeSchema(
    dataSource,
    async (executor) => {
      const [latest] = await executor.getExecutedMigrations();
      if (!latest) return null;
      await executor.undoLastMigration();
      return latest.name;
    },
    report,
  );
}
