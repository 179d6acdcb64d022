import { types } from 'node:util';

// The one place that reads what PostgreSQL and node-postgres report
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).

interface Layers {
  code?: unknown;
  /** TypeORM wraps the driver's error. */
  driverError?: unknown;
  /** Node collects the failures of several addresses of one host. */
  errors?: unknown;
}

const SQL_STATE = /^[0-9A-Z]{5}$/;

// Node's own codes, such as EPIPE and EBUSY, may have five letters too; no SQLSTATE begins with E.
const isSqlState = (code: unknown): code is string =>
  typeof code === 'string' && SQL_STATE.test(code) && !code.startsWith('E');

/** The SQLSTATE with which the server answered; undefined when the error is not an answer of the server. */
export function sqlState(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as Layers;
  if (isSqlState(code)) return code;
  return driverError === undefined || driverError === error ? undefined : sqlState(driverError);
}

// serialization_failure, deadlock_detected. Not 40003 (statement_completion_unknown): it may have been committed.
const TRANSIENT = /^(40001|40P01)$/;

/**
 * Whether the server rolled a transaction back for the sake of another one: it changed nothing, and the same transaction may
 * succeed when it is run again.
 */
export const isTransient = (error: unknown): boolean => TRANSIENT.test(sqlState(error) ?? '');

// Data exception, integrity constraint violation, transaction rollback, PL/pgSQL error.
const REJECTED = /^(22...|23...|40...|P0...)$/;

/** Whether the server rejected a statement as a whole because of its values or of others in its way: it changed nothing. */
export function isRejected(error: unknown): boolean {
  const state = sqlState(error) ?? '';
  return REJECTED.test(state) && state !== '40003';
}

const UNIQUE_VIOLATION = '23505';

/** The name of the unique index that a statement violated; on a partitioned table that of a partition. Undefined otherwise. */
export function violatedIndex(error: unknown): string | undefined {
  if (sqlState(error) !== UNIQUE_VIOLATION) return undefined;
  const { constraint, driverError } = error as { constraint?: string; driverError?: { constraint?: string } };
  return constraint ?? driverError?.constraint;
}

// read_only_sql_transaction: a standby, or a server or database that was set read-only.
const READ_ONLY = '25006';

/** Whether the server takes no writes, as after a failover: nothing was changed, and another connection may lead elsewhere. */
export const isReadOnly = (error: unknown): boolean => sqlState(error) === READ_ONLY;

// Connection exception, insufficient resources, operator intervention; a login that is refused, as after a change of the password
// (invalid_authorization_specification, invalid_catalog_name); lock_not_available, idle_in_transaction_session_timeout and
// transaction_timeout; a server that takes no writes, or is in recovery; a transaction that was retried in vain, or of which it
// is unknown whether it was committed; prepared statements that a pooler lost or mixed up (invalid_sql_statement_name,
// duplicate_prepared_statement).
const UNAVAILABLE = /^(08...|53...|57...|28...|3D000|55P03|25P03|25P04|25006|55000|40001|40003|40P01|26000|42P05)$/;

// No connection came about, whatever the reason: no route, no address left, a Unix socket that may not be used.
const CONNECTING = new Set(['connect', 'getaddrinfo']);

const NETWORK =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|E(HOST|NET)(UNREACH|DOWN))$/;

// node-postgres gives these no code.
const UNAVAILABLE_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;

// Of Citus, as internal or input/output errors, where a worker goes away under a statement or a commit.
const WORKER_LOST =
  /^(failure on connection marked as essential|could not commit transaction for shard|failed to COPY to shard)/;

/** Whether an error says that the database cannot be reached or cannot work now, so that a later try may succeed. */
export function isUnavailable(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const { code, syscall, driverError, errors } = error as Error & Layers & { syscall?: string };
  if (syscall !== undefined && CONNECTING.has(syscall)) return true;
  if (typeof code === 'string' && (UNAVAILABLE.test(code) || NETWORK.test(code))) return true;
  if (UNAVAILABLE_MESSAGE.test(error.message) || WORKER_LOST.test(error.message)) return true;
  if (Array.isArray(errors)) return errors.some(isUnavailable);
  return driverError !== undefined && driverError !== error && isUnavailable(driverError);
}

const MAX_DESCRIPTION_LENGTH = 200;

/** What made the database unavailable, for the log: the SQLSTATE or system error and the words of whoever reports it. */
export function describeUnavailable(error: unknown): string {
  const { driverError, errors } = (error ?? {}) as Layers;
  const inner: unknown = driverError ?? (Array.isArray(errors) ? errors[0] : undefined);
  if (types.isNativeError(inner) && inner !== error) return describeUnavailable(inner);
  const { code, message } = error as NodeJS.ErrnoException;
  const state = isSqlState(code) ? `${code} ` : '';
  return `${state}${message || code}`.slice(0, MAX_DESCRIPTION_LENGTH);
}

// Cut short by lock_timeout or statement_timeout, or refused for want of resources.
const CUT_SHORT = /^(55P03|57014|53...)$/;

/** Whether an error says that nothing was changed: the server rejected the work or cut it short, or it was never sent. */
export const isUndone = (error: unknown): boolean =>
  isRejected(error) ||
  CUT_SHORT.test(sqlState(error) ?? '') ||
  (error instanceof Error && error.message.startsWith('timeout exceeded when trying to connect'));
