import { escapeLiteral, type ClientBase } from 'pg';
import { sqlState } from './postgres-errors.js';
import { isTimeout, type SessionSettings } from './session-settings.js';
import { UnsupportedPostgresError } from './unsupported-postgres.js';

/** A setting whose default, for this user in this database, is not what the code relies on. */
interface Difference {
  user: string;
  name: string;
  present: string;
  wanted: string;
}

// For the transaction alone: another client gets the session next.
const SET_WANTED = `
  SELECT set_config(name, wanted, true) FROM unnest($1::text[], $2::text[]) AS given (name, wanted)
  WHERE current_setting(name, true) IS NOT NULL`;

// `reset_val` is the default; what the session has at the moment may come from another client. The server has both values in the
// same form now: 4s is 4000 ms.
const DIFFERENCES = `
  SELECT quote_ident(current_user) AS user, given.name, reset_val AS present, wanted
  FROM unnest($1::text[], $2::text[]) AS given (name, wanted)
  JOIN pg_settings ON lower(pg_settings.name) = given.name
  WHERE reset_val <> setting AND NOT (given.name = 'timezone' AND reset_val = 'Etc/UTC')
  UNION ALL
  SELECT quote_ident(current_user), name, reset_val, 'on' FROM pg_settings
  WHERE name = 'synchronous_commit' AND reset_val = 'off'`;

const HIDDEN_EXTENSIONS = `
  SELECT quote_ident(current_user) AS user, 'search_path' AS name, current_setting('search_path') AS present,
    concat_ws(', ', current_setting('search_path'), string_agg(DISTINCT quote_ident(nspname), ', ')) AS wanted
  FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
  WHERE extname IN ('pg_trgm', 'btree_gin') AND nspname <> ALL (current_schemas(true))
  HAVING count(*) > 0`;

async function findDifferences(session: ClientBase, settings: SessionSettings): Promise<Difference[]> {
  const values = [Object.keys(settings), Object.values(settings)];
  await session.query('BEGIN');
  try {
    await session.query(SET_WANTED, values);
    const different = await session.query<Difference>(DIFFERENCES, values);
    await session.query('SET LOCAL search_path TO DEFAULT');
    const hidden = await session.query<Difference>(HIDDEN_EXTENSIONS);
    return [...different.rows, ...hidden.rows];
  } finally {
    await session.query('ROLLBACK');
  }
}

const format = (different: Difference[]): string => {
  const present = different.map(({ name, present, wanted }) => `${name} is "${present}", not "${wanted}"`);
  // A search path is a list, and not one value in quotes.
  const commands = different.map(
    ({ user, name, wanted }) =>
      `ALTER ROLE ${user} SET ${name} = ${name === 'search_path' ? wanted : escapeLiteral(wanted)};`,
  );
  return `${present.join('; ')}. Run this, and let the pooler connect again (PgBouncer: RECONNECT): ${commands.join(' ')}`;
};

const explainRefusedTransaction = (error: unknown): unknown =>
  sqlState(error) === '08P01'
    ? new UnsupportedPostgresError(
        'The pooler at DATABASE_URL lets no transaction begin. Let it give each client a session or a transaction (PgBouncer: ' +
          `pool_mode = session or transaction). It says: ${(error as Error).message}`,
        { cause: error },
      )
    : error;

/**
 * Compares what a session begins with, behind a pooler that keeps no settings, with what the code relies on. A timeout that
 * differs is reported: the service ends what takes too long by itself, but the server may continue it.
 * @throws UnsupportedPostgresError for any other setting that differs, with the commands that set it.
 */
export async function requireDefaults(
  session: ClientBase,
  settings: SessionSettings,
  report: (message: string) => void,
): Promise<void> {
  const different = await findDifferences(session, settings).catch((error: unknown) => {
    throw explainRefusedTransaction(error);
  });
  const wrong = different.filter(({ name }) => !isTimeout(name));
  if (wrong.length > 0)
    throw new UnsupportedPostgresError(`The pooler at DATABASE_URL keeps no settings, and ${format(different)}`);
  if (different.length > 0)
    report(
      `The pooler at DATABASE_URL keeps no settings, so the server may continue a statement after its timeout: ${format(different)}`,
    );
}
