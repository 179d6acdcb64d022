// Network errors of Node, and PostgreSQL's classes "connection exception", "insufficient resources" and "operator
// intervention", and what was cut short: lock_not_available, idle_in_transaction_session_timeout
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const UNAVAILABLE =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENOENT|08...|53...|57...|55P03|25P03)$/;

// What node-postgres says without a code.
const UNAVAILABLE_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;

/** Whether an error says that the database cannot be reached or cannot work now, so that a later try may succeed. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, driverError, errors } = error as Error & { code?: unknown; driverError?: unknown; errors?: unknown };
  if (typeof code === 'string' && UNAVAILABLE.test(code)) return true;
  if (UNAVAILABLE_MESSAGE.test(error.message)) return true;
  if (Array.isArray(errors)) return errors.some(isDatabaseUnavailable);
  return driverError !== undefined && driverError !== error && isDatabaseUnavailable(driverError);
}
