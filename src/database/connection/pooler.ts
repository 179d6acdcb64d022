import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { DataSource } from 'typeorm';
import { OperatorError } from '../../shared/operator-error.js';
import { withConnection } from '../prepared-statement.js';
import { sqlState } from './postgres-errors.js';
import type { PoolSessions, SessionSettings } from './session-settings.js';
import { requireDefaults } from './user-defaults.js';
import { UnsupportedPostgresError } from './unsupported-postgres.js';

const USE_SESSIONS =
  'Let the pooler give each client a session (PgBouncer: pool_mode = session), or connect to PostgreSQL directly.';

/** @throws UnsupportedPostgresError when a setting of the session is not what it was set to. */
export async function requireSettings(session: ClientBase, settings: SessionSettings): Promise<void> {
  const { rows } = await session.query<{ name: string; present: string }>(
    'SELECT name, current_setting(name, true) AS present FROM unnest($1::text[]) AS setting (name)',
    [Object.keys(settings)],
  );
  for (const { name, present } of rows)
    if (present !== null && present !== settings[name])
      throw new UnsupportedPostgresError(
        `The session setting ${name} is "${present}" right after it was set to "${settings[name]}": ` +
          `something between the service and PostgreSQL does not keep it. ${USE_SESSIONS}`,
      );
}

// In this order a pooler shows itself whether it hands out the connection that was used last, or the next one in turn; several
// times over, since other clients of the pooler mix the order.
const ORDER = [0, 0, 1, 1, 0, 1] as const;
const ROUNDS = 4;

const READ_BACKEND = 'SELECT pg_backend_pid() AS backend';

/**
 * The names of the prepared statement by which each client reads its backend, one pass after the other. A pooler that loses
 * statements fails one of them, whatever it does: a client's own name gets lost when its session changes, and the name that both
 * use exists already when they share a session. No other start uses these names, so none can prepare them in this one's place.
 */
function statementNames(): ((client: number) => string)[] {
  const start = randomUUID();
  return [(client) => `backend of ${client} ${start}`, () => `backend ${start}`];
}

// invalid_sql_statement_name, duplicate_prepared_statement.
const LOST_STATEMENT = /^(26000|42P05)$/;

const lostStatements = (cause: unknown): UnsupportedPostgresError =>
  new UnsupportedPostgresError(
    'Statements of one connection to DATABASE_URL reach different sessions, as with a pooler in transaction mode, and prepared ' +
      `statements get lost. Use PgBouncer 1.21 or later with max_prepared_statements above 0. ${USE_SESSIONS} ` +
      `PostgreSQL says: ${(cause as Error).message} (${sqlState(cause)})`,
    { cause },
  );

/**
 * Whether each client has a session of its own. Two clients of a pooler in transaction mode share sessions, or change them between
 * statements; their backends' process ids show it.
 */
async function haveOwnSessions(clients: [ClientBase, ClientBase]): Promise<boolean> {
  const seen = new Set<string>();
  const backends = new Set<number>();
  try {
    for (const nameOf of statementNames())
      for (const index of Array.from({ length: ROUNDS }, () => ORDER).flat()) {
        const statement = { name: nameOf(index), text: READ_BACKEND };
        const { rows } = await clients[index].query<{ backend: number }>(statement);
        seen.add(`${index} ${rows[0]!.backend}`);
        backends.add(rows[0]!.backend);
      }
  } catch (error) {
    throw LOST_STATEMENT.test(sqlState(error) ?? '') ? lostStatements(error) : error;
  }
  // Each client saw one backend, and not the other's.
  return seen.size === clients.length && backends.size === clients.length;
}

/** A pooler may accept the second connection and let its first statement wait. */
function explainNoSecond(error: unknown): unknown {
  if (sqlState(error) !== undefined || error instanceof OperatorError) return error;
  return new UnsupportedPostgresError(
    'DATABASE_URL gave one connection and no second one in time. Each instance uses up to DATABASE_POOL_SIZE: raise ' +
      `the size of the pooler's pool (PgBouncer: default_pool_size), or connect to PostgreSQL directly. (${(error as Error).message})`,
    { cause: error },
  );
}

/**
 * Finds out whether a pool's clients have sessions of their own, and sets them up if so. Where a pooler lends sessions for one
 * transaction each, the user's defaults must be what the code relies on.
 * @param first the one client that the pool has so far, without settings.
 * @throws UnsupportedPostgresError for a pooler that does neither.
 */
export async function setUpSessions(
  dataSource: DataSource,
  first: ClientBase,
  sessions: PoolSessions,
  report: (message: string) => void,
): Promise<void> {
  try {
    await withConnection(dataSource, async (second) => {
      sessions.hasOwnSessions = await haveOwnSessions([first, second]);
      await sessions.onConnect(first);
      await sessions.onConnect(second);
    });
  } catch (error) {
    throw explainNoSecond(error);
  }
  if (sessions.hasOwnSessions) await requireSettings(first, sessions.settings);
  else await requireDefaults(first, sessions.settings, report);
}
