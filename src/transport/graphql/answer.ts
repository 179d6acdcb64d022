import { unwrapResolverError } from '@apollo/server/errors';
import { Kind, type GraphQLFormattedError, type OperationDefinitionNode } from 'graphql';
import {
  ACTED_ON_BY_ROUTERS,
  AppError,
  ERROR_STATUS,
  type ErrorCode,
  type ErrorDetails,
} from '../../shared/app-error.js';
import type { HttpRequestContext } from '../context.js';
import { toAppError } from '../errors.js';

export const codeOf = (error: GraphQLFormattedError | undefined): string | undefined =>
  error?.extensions?.code as string | undefined;

/** What is logged of an operation: at most five of its root fields. */
export function rootFieldsOf(operation: OperationDefinitionNode): string {
  const names = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD ? selection.name.value : 'fragment',
  );
  return [...new Set(names)].slice(0, 5).join(',');
}

/** Errors as they are answered, and what the HTTP answer around them says. */
export interface ErrorAnswer {
  errors: GraphQLFormattedError[];
  /** None: as without errors. */
  status?: number;
  retryAfter?: number;
}

// Codes with which an operation is refused before it runs.
const NOTHING_RAN: ReadonlySet<string> = new Set<ErrorCode>([
  'BAD_USER_INPUT',
  'INTERNAL_SERVER_ERROR',
  'QUERY_TOO_COMPLEX',
]);

/** Gives every error the requestId, chooses the HTTP status that they ask for, and notes the code for the log. */
export function answerErrors(
  formatted: readonly GraphQLFormattedError[],
  ran: boolean,
  { requestId, outcome }: HttpRequestContext,
): ErrorAnswer {
  const errors = formatted.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  const first = errors.find((error) => ACTED_ON_BY_ROUTERS.has(codeOf(error) ?? '')) ?? errors[0];
  const code = codeOf(first);
  if (code === undefined) return { errors };
  outcome.code = code;
  const decidesStatus = ACTED_ON_BY_ROUTERS.has(code) || (!ran && NOTHING_RAN.has(code));
  const { retryAfter } = first!.extensions as ErrorDetails;
  return {
    errors,
    ...(decidesStatus && { status: ERROR_STATUS[code as ErrorCode] }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

type RaisedError = Error & { readonly path?: unknown };

/** Logs what a resolver threw and nobody foresaw. */
export function logUnforeseen(errors: readonly RaisedError[], { log, requestId }: HttpRequestContext): void {
  for (const error of errors) {
    const original = unwrapResolverError(error);
    const isUnforeseen =
      error.path && !(original instanceof AppError) && toAppError(original).code === 'INTERNAL_SERVER_ERROR';
    if (isUnforeseen) log.error({ err: original, requestId }, 'unforeseen error');
  }
}
