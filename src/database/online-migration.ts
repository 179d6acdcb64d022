import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { sqlState } from './connection/postgres-errors.js';
import { TimeoutClient } from './connection/timeout-client.js';

/**
 * A migration whose work grows with the data. On PostgreSQL `migrate` runs it without a transaction around it, so that writers
 * of the version before are not blocked meanwhile. It may be interrupted anywhere and is then run again: each of its steps must
 * be repeatable.
 */
export interface OnlineMigration extends MigrationInterface {
  readonly isOnline: true;
}

export const isOnline = (migration: MigrationInterface | undefined): migration is OnlineMigration =>
  migration !== undefined && 'isOnline' in migration;

const LIFT_TIMEOUTS = `SELECT set_config(name, '0', false) FROM unnest(ARRAY['statement_timeout', 'lock_timeout']) AS t (name)`;

/**
 * Runs work in a second session, without a transaction and without limits of time; `locked` is the session that holds the
 * migration lock. The embedded engine has no second session, and no other writers: there the work runs in the first. So it does
 * behind a pooler that lends a session for a transaction only, and writers wait meanwhile.
 */
export async function withOnlineSession<Result>(
  dataSource: DataSource,
  locked: QueryRunner,
  work: (session: QueryRunner) => Promise<Result>,
): Promise<Result> {
  const lockedConnection: unknown = await locked.connect();
  if (!(lockedConnection instanceof TimeoutClient) || !lockedConnection.sessions.hasOwnSessions) return work(locked);
  const session = dataSource.createQueryRunner();
  const connection = (await session.connect()) as TimeoutClient;
  try {
    connection.hasTimeouts = false;
    await session.query(LIFT_TIMEOUTS);
    return await work(session);
  } finally {
    connection.hasTimeouts = true;
    // A connection that is lost has nothing to set again.
    await connection.sessions.onConnect(connection).catch(() => undefined);
    await session.release();
  }
}

/** An index that `createIndex` builds. */
export interface NewIndex {
  name: string;
  table: string;
  isUnique?: boolean;
  /** SQL of its columns and, for a partial index, its condition. */
  on: string;
}

const FIND_STATE = `
  SELECT (SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)) AS "isValid",
    (SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass($2)) AS "isPartitioned"`;

/**
 * Builds an index unless it is there already. Outside of a transaction writers go on meanwhile, except on a partitioned table,
 * for which PostgreSQL has no way; what an interrupted attempt left is removed first.
 */
export async function createIndex(session: QueryRunner, { name, table, isUnique, on }: NewIndex): Promise<void> {
  type State = { isValid: boolean | null; isPartitioned: boolean };
  const [state] = (await session.query(FIND_STATE, [name, table])) as [State];
  if (state.isValid) return;
  const concurrently = session.isTransactionActive || state.isPartitioned ? '' : 'CONCURRENTLY';
  if (state.isValid === false) await session.query(`DROP INDEX ${concurrently} ${name}`);
  await session.query(`CREATE ${isUnique ? 'UNIQUE' : ''} INDEX ${concurrently} ${name} ON ${table} ${on}`);
}

const LOCK_NOT_AVAILABLE = '55P03';
const PAUSE_MS = 500;

/**
 * Changes a table that others use. Whoever waits for a table holds up all who come after it, so this stops waiting after half a
 * second and tries again, until no long transaction, such as a backup, has the table. Call it in a migration's transaction.
 */
export async function alterTable(session: QueryRunner, statement: string): Promise<void> {
  for (;;) {
    // Within the transaction of the migration it is a savepoint.
    await session.startTransaction();
    try {
      await session.query(`SET LOCAL lock_timeout = '500ms'`);
      await session.query(statement);
      await session.query('SET LOCAL lock_timeout = 0');
      return await session.commitTransaction();
    } catch (error) {
      await session.rollbackTransaction();
      if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    }
    await sleep(PAUSE_MS);
  }
}
