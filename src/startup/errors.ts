import { types } from 'node:util';
import { isUnavailable, sqlState } from '../database/connection/postgres-errors.js';
import { OperatorError } from '../shared/operator-error.js';

// The right to do it or to log in is missing, the server takes no writes, or lacks resources: nothing that a stack explains.
const SERVER_STATE = /^(42501|25006|28...|3D000|08...|53...|55...|57...)$/;
const NETWORK_CALLS = new Set([undefined, 'connect', 'getaddrinfo', 'read', 'write']);

/** What is wrong, in words for the person who starts the service or calls the command line; a stack only for the unexpected. */
export function explainStartError(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  if (error instanceof OperatorError) return error.message;
  const { message, stack, syscall } = error as NodeJS.ErrnoException;
  const state = sqlState(error);
  if (state !== undefined && SERVER_STATE.test(state)) return `PostgreSQL does not do this: ${message} (${state})`;
  if (isUnavailable(error) && NETWORK_CALLS.has(syscall))
    return `The connection to PostgreSQL was lost. Try again when the server answers. (${message})`;
  return stack ?? message;
}
