import type { DataSource } from 'typeorm';
import { withConnection } from '../prepared-statement.js';
import { setUpSessions } from './pooler.js';
import type { PoolSessions } from './session-settings.js';
import { UnsupportedPostgresError } from './unsupported-postgres.js';

const OLDEST_VERSION = 15;

/** What a server says of itself. */
export interface ServerFacts {
  version: string;
  database: string;
  encoding: string;
  schema: string | null;
  isStandby: boolean;
  hasCitus: boolean;
}

const FACTS = `
  SELECT current_setting('server_version') AS version, current_database() AS database,
         current_setting('server_encoding') AS encoding, current_schema() AS schema, pg_is_in_recovery() AS "isStandby",
         EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS "hasCitus"`;

/** What the service cannot do with a server, and what to do; null where it can be used. */
export function findServerFault({
  version,
  database,
  encoding,
  schema,
}: Pick<ServerFacts, 'version' | 'database' | 'encoding' | 'schema'>): string | null {
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

/**
 * Asks the server for all that the code relies on: version, encoding, a schema, settings that are kept, and either sessions or a
 * pooler that can do without. Each connection of the pool is set up accordingly from then on.
 * @param report receives what works, but less well than it could.
 * @returns whether the server is a standby, which takes no writes, and whether it is part of a Citus cluster.
 * @throws UnsupportedPostgresError saying what is missing and what to do.
 */
export const requireSuitableServer = (
  dataSource: DataSource,
  sessions: PoolSessions,
  report: (message: string) => void,
): Promise<Pick<ServerFacts, 'isStandby' | 'hasCitus'>> =>
  withConnection(dataSource, async (first) => {
    const { rows } = await first.query<ServerFacts>(FACTS);
    const fault = findServerFault(rows[0]!);
    if (fault) throw new UnsupportedPostgresError(fault);
    await setUpSessions(dataSource, first, sessions, report);
    return rows[0]!;
  });

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
