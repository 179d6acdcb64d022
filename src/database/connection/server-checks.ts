import type { ClientBase, Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { OperatorError } from '../../shared/operator-error.js';
import { poolOf } from './pool.js';
import { sqlState } from './postgres-errors.js';
import type { SessionSettings } from './session-settings.js';

const OLDEST_VERSION = 15;

/** The server at DATABASE_URL lacks something that the code relies on. */
export class UnsupportedPostgresError extends OperatorError {}

interface ServerFacts {
  version: string;
  database: string;
  encoding: string;
  schema: string | null;
}

const FACTS = `
  SELECT current_setting('server_version') AS version, current_database() AS database,
         current_setting('server_encoding') AS encoding, current_schema() AS schema`;

function findFault({ version, database, encoding, schema }: ServerFacts): string | null {
  if (parseInt(version, 10) < OLDEST_VERSION)
    return `PostgreSQL ${OLDEST_VERSION} or later is needed; DATABASE_URL leads to version ${version}.`;
  if (encoding !== 'UTF8')
    return (
      `The database ${database} stores text as ${encoding}, and the service needs UTF8. Make another database ` +
      `and name it in DATABASE_URL: CREATE DATABASE ${database}_utf8 ENCODING 'UTF8' TEMPLATE template0;`
    );
  if (schema === null)
    return (
      `No schema in the search path of the database ${database} exists. Make one, or set the path to one that exists: ` +
      `ALTER DATABASE ${database} SET search_path = public;`
    );
  return null;
}

const POOLER =
  'Let the pooler give each client a session (PgBouncer: pool_mode = session), or connect to PostgreSQL directly.';

async function requireSettings(session: ClientBase, settings: SessionSettings): Promise<void> {
  const { rows } = await session.query<{ name: string; present: string }>(
    'SELECT name, current_setting(name, true) AS present FROM unnest($1::text[]) AS setting (name)',
    [Object.keys(settings)],
  );
  for (const { name, present } of rows)
    if (present !== null && present !== settings[name])
      throw new UnsupportedPostgresError(
        `The session setting ${name} is "${present}" right after it was set to "${settings[name]}": ` +
          `something between the service and PostgreSQL does not keep it. ${POOLER}`,
      );
}

// In this order a pooler shows itself whether it hands out the connection that was used last, or the next one in turn; several
// times over, since other clients of the pooler mix the order.
const ORDER = [0, 0, 1, 1, 0, 1] as const;
const ROUNDS = 4;

/**
 * A prepared statement, a setting and a lock live in a session. Two clients of a pooler in transaction mode share sessions,
 * or change them between statements; their backends' process ids show it.
 */
async function requireSessions(clients: [ClientBase, ClientBase]): Promise<void> {
  const seen = new Set<string>();
  const backends = new Set<number>();
  for (const index of Array.from({ length: ROUNDS }, () => ORDER).flat()) {
    const { rows } = await clients[index].query<{ backend: number }>('SELECT pg_backend_pid() AS backend');
    seen.add(`${index} ${rows[0]!.backend}`);
    backends.add(rows[0]!.backend);
  }
  // Each client saw one backend, and not the other's.
  if (seen.size === clients.length && backends.size === clients.length) return;
  throw new UnsupportedPostgresError(
    'Statements of one connection to DATABASE_URL reach different sessions, as with a pooler in transaction mode. The ' +
      `service needs sessions, which keep its prepared statements, settings and locks. ${POOLER}`,
  );
}

async function connectAgain(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    if (sqlState(error) !== undefined) throw error;
    throw new UnsupportedPostgresError(
      'DATABASE_URL gave one connection and no second one in time. Each instance uses up to 10: raise the size of the ' +
        `pooler's pool (PgBouncer: default_pool_size), or connect to PostgreSQL directly. (${(error as Error).message})`,
      { cause: error },
    );
  }
}

/**
 * Asks the server for all that the code relies on: version, encoding, a schema, settings that were kept, real sessions.
 * @throws UnsupportedPostgresError saying what is missing and what to do.
 */
export async function requireSuitableServer(dataSource: DataSource, settings: SessionSettings): Promise<void> {
  const pool = poolOf(dataSource);
  const first = await pool.connect();
  try {
    const { rows } = await first.query<ServerFacts>(FACTS);
    const fault = findFault(rows[0]!);
    if (fault) throw new UnsupportedPostgresError(fault);
    const second = await connectAgain(pool);
    try {
      await requireSessions([first, second]);
    } finally {
      second.release();
    }
    await requireSettings(first, settings);
  } finally {
    first.release();
  }
}

/** @throws UnsupportedPostgresError when the server takes no writes, or not from this user. */
export async function requireWritable(dataSource: DataSource): Promise<void> {
  const [state] = await dataSource.query<{ isStandby: boolean; readOnly: string }[]>(
    `SELECT pg_is_in_recovery() AS "isStandby", current_setting('default_transaction_read_only') AS "readOnly"`,
  );
  if (state!.isStandby)
    throw new UnsupportedPostgresError(
      'DATABASE_URL leads to a server in recovery (a standby), which takes no writes. Use the address of the primary.',
    );
  if (state!.readOnly === 'on')
    throw new UnsupportedPostgresError(
      'Sessions at DATABASE_URL are read-only (default_transaction_read_only is on), and the service writes. ' +
        'Use a server that takes writes, or set it to off for this server, database and user.',
    );
}

/**
 * Asks whether the user may read and add rows of every table: it need not own them, where another user migrates.
 * @throws UnsupportedPostgresError naming the tables where a right is missing.
 */
export async function requireTableRights({ entityMetadatas, manager }: DataSource): Promise<void> {
  const rows = await manager.query<{ name: string; user: string }[]>(
    `SELECT name, quote_ident(current_user) AS user FROM unnest($1::text[]) AS tables (name)
     WHERE NOT (has_table_privilege(to_regclass(name), 'SELECT') AND has_table_privilege(to_regclass(name), 'INSERT'))`,
    [entityMetadatas.map(({ tableName }) => tableName)],
  );
  if (rows.length === 0) return;
  const { user } = rows[0]!;
  throw new UnsupportedPostgresError(
    `The user ${user} may not read and write these tables: ${rows.map(({ name }) => name).join(', ')}. Grant it the ` +
      `rights: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${user};`,
  );
}
