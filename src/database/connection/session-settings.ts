import type { ClientBase } from 'pg';
import type { ConnectionSettings } from './connection-settings.js';

/** What the code relies on in every session, whatever the server, the database or the user has as its default. */
const SETTINGS = {
  client_encoding: 'UTF8',
  // The forms in which values are read and written (type-parsers.ts).
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  array_nulls: 'on',
  // Statements guard versions and counts themselves; a stricter level would make them fail instead of wait.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Above zero, index searches return a random part of what they find.
  gin_fuzzy_search_limit: '0',
};

// As PostgreSQL prints it, since what it says is compared with this.
const formatTimeout = (ms: number): string => (ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`);

/** How long a session may wait or work; the server ends what takes longer. See docs/limits.md. */
const timeouts = ({ statementTimeoutMs, lockTimeoutMs }: ConnectionSettings) => ({
  statement_timeout: formatTimeout(statementTimeoutMs),
  lock_timeout: formatTimeout(lockTimeoutMs),
  idle_in_transaction_session_timeout: '10s',
  // The pool keeps idle connections, and migrations are long transactions.
  idle_session_timeout: '0',
  transaction_timeout: '0',
});

export type SessionSettings = Readonly<Record<string, string>>;

/** The embedded engine has no clock that could end a statement. */
export const EMBEDDED_SETTINGS: SessionSettings = SETTINGS;
export const postgresqlSettings = (connections: ConnectionSettings): SessionSettings => ({
  ...SETTINGS,
  ...timeouts(connections),
});

/** Whether a setting limits how long something takes, and nothing that is answered depends on it. */
export const isTimeout = (setting: string): boolean => setting.endsWith('_timeout');

// Not every version has every setting. Hosted PostgreSQL often keeps extensions in a schema of their own, which is not searched by
// default. An acknowledged change must survive a crash of the server, so a commit waits for the disk.
const SET_ALL = `
  SELECT set_config(name, value, false)
  FROM unnest($1::text[], $2::text[]) AS setting (name, value)
  WHERE current_setting(name, true) IS NOT NULL
  UNION ALL
  SELECT set_config('search_path', concat_ws(', ', current_setting('search_path'), schemas), false)
  FROM (
    SELECT string_agg(DISTINCT quote_ident(nspname), ', ') AS schemas
    FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
    WHERE extname IN ('pg_trgm', 'btree_gin') AND nspname <> ALL (current_schemas(true))
  ) AS extensions
  WHERE schemas IS NOT NULL
  UNION ALL
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`;

/**
 * Sets what the code relies on, when a connection is made. By statement and not as parameters of the connection, which
 * poolers refuse or drop.
 */
export const setSession =
  (settings: SessionSettings) =>
  async (client: ClientBase): Promise<void> => {
    await client.query(SET_ALL, [Object.keys(settings), Object.values(settings)]);
  };

/**
 * The settings of the connections of one pool. Behind a pooler that lends a session for one transaction each, nothing is set: it would
 * stay with whoever gets the session next, so the user's defaults count there (pooler.ts).
 */
export class PoolSessions {
  hasOwnSessions = true;

  constructor(readonly settings: SessionSettings) {}

  readonly onConnect = async (client: ClientBase): Promise<void> => {
    if (this.hasOwnSessions) await setSession(this.settings)(client);
  };
}
