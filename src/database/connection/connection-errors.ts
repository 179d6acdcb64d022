import { types } from 'node:util';
import { OperatorError } from '../../shared/operator-error.js';
import { isUnavailable, sqlState } from './postgres-errors.js';
import { findTlsFault } from './tls-errors.js';

/** No connection to DATABASE_URL could be made. */
export class ConnectionError extends OperatorError {}

// A server that answers with a SQLSTATE is there: what it refuses, and what can be done about it.
const REFUSALS: Record<string, string> = {
  '28P01': 'PostgreSQL rejects the user or the password in DATABASE_URL.',
  '28000':
    'PostgreSQL refuses this user: its pg_hba.conf has no entry for this user, address and encryption ' +
    '(?sslmode=require in DATABASE_URL asks for encryption), or the user may not log in.',
  '3D000': 'PostgreSQL has no database of the name in DATABASE_URL. Create it, or correct the name.',
  '53300':
    'PostgreSQL has no connection left for this user. Each instance uses up to DATABASE_POOL_SIZE: lower that, ' +
    "raise max_connections or the user's CONNECTION LIMIT, or stop other clients.",
  '08P01':
    'The server or pooler at DATABASE_URL does not accept this connection. Remove what it names from DATABASE_URL.',
  '55000':
    'The database in DATABASE_URL takes no connections: ALTER DATABASE ... ALLOW_CONNECTIONS true, or name another.',
  '25006':
    'No server in DATABASE_URL takes writes. Promote one, or wait until one is promoted; for an instance that only reads, name one ' +
    'standby alone.',
  '57P03': 'PostgreSQL is starting or stopping. Start the service again in a moment.',
  '42501': 'The user in DATABASE_URL may not connect to this database. GRANT CONNECT ON DATABASE to it.',
};

// node-postgres gives these no code.
const NO_PASSWORD = /client password must be a|password.*must be a string/i;

const NO_PASSWORD_ADVICE = 'DATABASE_URL has no password, and the database asks for one.';

// Its code, 28000, has other reasons too.
const NEEDS_CERTIFICATE = /requires a valid client certificate/;
const CERTIFICATE_ADVICE =
  'PostgreSQL asks for a client certificate: add ?sslcert=/path/client.crt&sslkey=/path/client.key to DATABASE_URL.';

const hasPassword = (databaseUrl: string): boolean => /:\/\/[^/?@]*:[^/?@]+@|[?&]password=/.test(databaseUrl);

function explainAnswer(state: string, message: string, databaseUrl: string): string {
  let advice = REFUSALS[state] ?? 'PostgreSQL rejects the connection to DATABASE_URL.';
  if (state === '28P01' && !hasPassword(databaseUrl)) advice = NO_PASSWORD_ADVICE;
  if (NEEDS_CERTIFICATE.test(message)) advice = CERTIFICATE_ADVICE;
  return `${advice} PostgreSQL says: ${message} (${state})`;
}

function findCause(error: Error & { errors?: unknown }): Error {
  const first: unknown = Array.isArray(error.errors) ? error.errors[0] : undefined;
  return types.isNativeError(first) ? first : error;
}

function describe(error: Error, databaseUrl: string): string | null {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const state = sqlState(error);
  if (state) return explainAnswer(state, message, databaseUrl);
  if (NO_PASSWORD.test(message)) return NO_PASSWORD_ADVICE;
  const fault = findTlsFault(code, message);
  if (fault !== null) return `${fault} (${message.trim()})`;
  if (isUnavailable(error))
    return `No database answers at DATABASE_URL. Start it, or correct the address. (${message || code})`;
  return null;
}

/** An error of connecting as one that says what to do; any other error unchanged. */
export function explainConnectionError(error: unknown, databaseUrl: string): unknown {
  if (!types.isNativeError(error) || error instanceof OperatorError) return error;
  const message = describe(findCause(error), databaseUrl);
  return message === null ? error : new ConnectionError(message, { cause: error });
}
