import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { OperatorError } from '../shared/operator-error.js';
import { TimeoutClient } from './connection/timeout-client.js';

// Any number will do as long as nothing else in the database locks it; every instance of the service uses this one.
const MIGRATION_LOCK = 4_711_000_001;
const RETRY_EVERY_MS = 250;
const REPORT_EVERY_MS = 30_000;
const WAIT_AT_MOST_MS = 5 * 60_000;

/** Reports something that an operator who waits wants to know. */
export type Report = (message: string) => void;

/** Another process has held the migration lock for too long. */
export class MigrationLockedError extends OperatorError {}

/** Lets a connection wait for a statement as long as it takes. @returns a function that sets its limit again. */
async function liftTimeout(session: QueryRunner): Promise<() => void> {
  const connection: unknown = await session.connect();
  if (!(connection instanceof TimeoutClient)) return () => undefined;
  connection.hasTimeouts = false;
  return () => {
    connection.hasTimeouts = true;
  };
}

async function findOther(session: QueryRunner): Promise<string> {
  const [holder] = (await session.query(
    `SELECT pid FROM pg_locks
     WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND (classid::bigint << 32) + objid::bigint = $1
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [MIGRATION_LOCK],
  )) as { pid: number }[];
  return holder ? `PostgreSQL process ${holder.pid}` : 'a process that has just ended';
}

async function tryLock(session: QueryRunner): Promise<boolean> {
  const [row] = (await session.query('SELECT pg_try_advisory_xact_lock($1) AS locked', [MIGRATION_LOCK])) as {
    locked: boolean;
  }[];
  return row!.locked;
}

// Local to the transaction, like the lock: nothing stays on a connection that a pooler hands to somebody else.
// The last is for Citus, which otherwise refuses to drop an extension after an index that needs it; PostgreSQL ignores it.
const LIFT_TIMEOUTS =
  'SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; ' +
  "SET LOCAL citus.multi_shard_modify_mode = 'sequential'";

/** Begins a transaction that holds the migration lock. */
async function beginLocked(session: QueryRunner, report: Report, waitAtMostMs: number): Promise<void> {
  const startedAt = performance.now();
  let reportedAt = -Infinity;
  for (;;) {
    // Not stricter: it would keep a snapshot, for which an index that is built concurrently would wait.
    await session.startTransaction('READ COMMITTED');
    await session.query(LIFT_TIMEOUTS);
    if (await tryLock(session)) return;
    const other = await findOther(session);
    await session.rollbackTransaction();
    const now = performance.now();
    if (now - startedAt > waitAtMostMs)
      throw new MigrationLockedError(
        `The schema is locked for migrations by ${other}. When that process migrates nothing, end it with ` +
          'SELECT pg_terminate_backend(pid), and start again.',
      );
    if (now - reportedAt > REPORT_EVERY_MS) {
      report(`Another process migrates the schema (${other}); waiting for it.`);
      reportedAt = now;
    }
    await sleep(RETRY_EVERY_MS);
  }
}

/**
 * Runs the work in one transaction that no other process's migration overlaps: all of it is committed, or nothing. Waits for
 * another one, and reports that it does.
 * @throws MigrationLockedError after five minutes.
 */
export async function withMigrationLock<Result>(
  dataSource: DataSource,
  work: (session: QueryRunner) => Promise<Result>,
  report: Report,
  waitAtMostMs = WAIT_AT_MOST_MS,
): Promise<Result> {
  // Everything happens in one session, since the embedded engine has no second one.
  const session = dataSource.createQueryRunner();
  const limitAgain = await liftTimeout(session);
  try {
    await beginLocked(session, report, waitAtMostMs);
    const result = await work(session);
    await session.commitTransaction();
    return result;
  } catch (error) {
    // A connection that is lost has nothing to roll back.
    if (session.isTransactionActive) await session.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    limitAgain();
    await session.release();
  }
}
