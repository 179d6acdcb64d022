import { unwrapResolverError } from '@apollo/server/errors';
import { Kind, type GraphQLFormattedError, type OperationDefinitionNode } from 'graphql';
import {
  CODES_WITH_HTTP_STATUS,
  AppError,
  ERROR_STATUS,
  type ErrorCode,
  type ErrorDetails,
} from '../../shared/app-error.js';
import type { HttpRequestContext } from '../context.js';
import { errorDocs } from '../error-docs.js';
import { toAppError } from '../errors.js';

export const readCode = (error: GraphQLFormattedError | undefined): string | undefined =>
  error?.extensions?.code as string | undefined;

/** The root fields of an operation as they are logged: at most five of them. */
export function listRootFields(operation: OperationDefinitionNode): string {
  const names = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD ? selection.name.value : 'fragment',
  );
  return [...new Set(names)].slice(0, 5).join(',');
}

/** The errors of an answer, and what they ask of its HTTP head. */
export interface ErrorAnswer {
  errors: GraphQLFormattedError[];
  /** Undefined: the status of an answer without errors. */
  status?: number;
  retryAfter?: number;
}

// Codes with which an operation is rejected before it runs.
const NOTHING_RAN: ReadonlySet<string> = new Set<ErrorCode>([
  'BAD_USER_INPUT',
  'INTERNAL_SERVER_ERROR',
  'QUERY_TOO_COMPLEX',
  'OPERATION_NOT_TRUSTED',
]);

/**
 * Adds the requestId to every error, chooses the HTTP status, and records the code for the log.
 * @param ran whether the operation has begun: then only codes of CODES_WITH_HTTP_STATUS decide the status.
 */
export function buildErrorAnswer(
  formatted: readonly GraphQLFormattedError[],
  ran: boolean,
  { requestId, outcome, hasDocs }: HttpRequestContext,
): ErrorAnswer {
  const errors = formatted.map((error) => ({
    ...error,
    extensions: { ...error.extensions, requestId, ...errorDocs(readCode(error) ?? '', hasDocs) },
  }));
  const first = errors.find((error) => CODES_WITH_HTTP_STATUS.has(readCode(error) ?? '')) ?? errors[0];
  const code = readCode(first);
  if (code === undefined) return { errors };
  outcome.code = code;
  const decidesStatus = CODES_WITH_HTTP_STATUS.has(code) || (!ran && NOTHING_RAN.has(code));
  const { retryAfter } = first!.extensions as ErrorDetails;
  return {
    errors,
    ...(decidesStatus && { status: ERROR_STATUS[code as ErrorCode] }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

type ThrownError = Error & { readonly path?: unknown };

/** Logs what a resolver threw unexpectedly, and notes for the request's line why something was unavailable. */
export function recordFailures(errors: readonly ThrownError[], { log, requestId, outcome }: HttpRequestContext): void {
  for (const error of errors) {
    if (!error.path) continue;
    const original = unwrapResolverError(error);
    const { code, reason } = toAppError(original);
    if (reason !== undefined) outcome.cause ??= reason;
    const isUnexpected = code === 'INTERNAL_SERVER_ERROR' && !(original instanceof AppError);
    if (isUnexpected) log.error({ err: original, requestId }, 'unexpected error');
  }
}
