import { types } from 'node:util';
import { OperatorError } from '../../shared/operator-error.js';
import { isUnavailable, sqlState } from './postgres-errors.js';

/** No connection to DATABASE_URL could be made. */
export class ConnectionError extends OperatorError {}

// A server that answers with a SQLSTATE is there: what it refuses, and what can be done about it.
const REFUSALS: Record<string, string> = {
  '28P01': 'PostgreSQL rejects the user or the password in DATABASE_URL.',
  '28000':
    'PostgreSQL does not let this user in: its pg_hba.conf has no entry for this user, address and encryption ' +
    '(?sslmode=require in DATABASE_URL asks for encryption), or the user may not log in.',
  '3D000': 'PostgreSQL has no database of the name in DATABASE_URL. Create it, or correct the name.',
  '53300':
    'PostgreSQL has no connection left for this user. Each instance needs up to 10: raise max_connections or the ' +
    "user's CONNECTION LIMIT, or stop other clients.",
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

const CERTIFICATE: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is signed by an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is signed by an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'is signed by an authority that this machine does not know',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'belongs to another host name',
};

const TRUST =
  'Name the file of its authority with ?sslrootcert=/path/ca.pem in DATABASE_URL, and the host as the certificate does; ' +
  '?sslmode=no-verify encrypts without checking whom it talks to.';

// node-postgres gives these no code.
const NO_PASSWORD = /client password must be a|password.*must be a string/i;
const NO_TLS = /server does not support SSL connections/;

const NO_PASSWORD_ADVICE = 'DATABASE_URL has no password, and the database asks for one.';

const hasPassword = (databaseUrl: string): boolean => /:\/\/[^/?@]*:[^/?@]+@|[?&]password=/.test(databaseUrl);

function explainAnswer(state: string, message: string, databaseUrl: string): string {
  const refusal = REFUSALS[state] ?? 'PostgreSQL rejects the connection to DATABASE_URL.';
  const advice = state === '28P01' && !hasPassword(databaseUrl) ? NO_PASSWORD_ADVICE : refusal;
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
  if (NO_TLS.test(message))
    return `DATABASE_URL asks for TLS, and the server offers none. Turn on ssl in PostgreSQL, or set ?sslmode=disable where the network is trusted. (${message})`;
  if (CERTIFICATE[code])
    return `The certificate of the server at DATABASE_URL ${CERTIFICATE[code]}. ${TRUST} (${message})`;
  if (/^(ERR_SSL|ERR_OSSL|ERR_TLS|EPROTO)/.test(code))
    return `No TLS connection to DATABASE_URL could be made. ${TRUST} (${message})`;
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
