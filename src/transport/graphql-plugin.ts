import type { ApolloServerPlugin, GraphQLRequestContext, GraphQLRequestContextWillSendResponse } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { Kind, type GraphQLFormattedError, type OperationDefinitionNode } from 'graphql';
import {
  ACTED_ON_BY_ROUTERS,
  AppError,
  badUserInput,
  ERROR_STATUS,
  type ErrorCode,
  type ErrorDetails,
} from '../shared/app-error.js';
import type { DoorContext } from './context.js';
import { toAppError } from './errors.js';
import { faultsOfVariables } from './graphql-variables.js';

type Request = GraphQLRequestContext<DoorContext>;

function rootFieldsOf(operation: OperationDefinitionNode): string {
  const names = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD ? selection.name.value : 'fragment',
  );
  return [...new Set(names)].slice(0, 5).join(',');
}

const codeOf = (error: GraphQLFormattedError | undefined): string | undefined =>
  error?.extensions?.code as string | undefined;

// Variables that do not fit their types: graphql-js reports them one by one, or gives up with a text of its own.
const isVariablesFault = (request: Request): boolean =>
  (request.errors ?? []).some((error) => /^(Variable "|Too many errors processing variables)/.test(error.message));

function variablesError({ schema, request }: Request, operation: OperationDefinitionNode): GraphQLFormattedError {
  const { message, code, details } = badUserInput(faultsOfVariables(schema, operation, request.variables ?? {}));
  return { message, extensions: { code, ...details } };
}

/** The errors that are answered: a limit's alone, variables' in the form of broken rules, all others as they are. */
function answered(request: Request, errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  const limit = errors.find((error) => codeOf(error) === 'QUERY_TOO_COMPLEX');
  if (limit) return [limit];
  return request.operation && isVariablesFault(request) ? [variablesError(request, request.operation)] : errors;
}

// Codes that tell by themselves that nothing ran.
const NOTHING_RAN: ReadonlySet<string> = new Set<ErrorCode>(['INTERNAL_SERVER_ERROR', 'QUERY_TOO_COMPLEX']);

function finish(request: GraphQLRequestContextWillSendResponse<DoorContext>): void {
  const { response, contextValue } = request;
  const result = response.body.kind === 'single' ? response.body.singleResult : undefined;
  if (!result?.errors) return;
  const errors = answered(request, result.errors);
  // A subscription gets as far as its execution, which then finds nothing to execute.
  if (errors.every((error) => codeOf(error) === 'GRAPHQL_VALIDATION_FAILED')) delete result.data;
  const { requestId } = contextValue;
  result.errors = errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  const first = errors.find((error) => ACTED_ON_BY_ROUTERS.has(codeOf(error) ?? '')) ?? errors[0];
  const code = codeOf(first);
  if (code === undefined) return;
  contextValue.outcome.code = code;
  const decidesStatus = ACTED_ON_BY_ROUTERS.has(code) || (result.data === undefined && NOTHING_RAN.has(code));
  if (decidesStatus) response.http.status = ERROR_STATUS[code as ErrorCode];
  // Such as a subscription or a persisted query, for which Apollo would say 200.
  else if (result.data === undefined && (response.http.status ?? 200) === 200) response.http.status = 400;
  const { retryAfter } = first!.extensions as ErrorDetails;
  if (retryAfter !== undefined) response.http.headers.set('retry-after', `${retryAfter}`);
}

function logUnforeseen(request: Request): void {
  for (const error of request.errors ?? []) {
    const original = unwrapResolverError(error);
    const unforeseen =
      error.path && !(original instanceof AppError) && toAppError(original).code === 'INTERNAL_SERVER_ERROR';
    if (unforeseen)
      request.contextValue.log.error({ err: original, requestId: request.contextValue.requestId }, 'unforeseen error');
  }
}

/** Notes what was asked for, gives every error its requestId and status, and logs what nobody foresaw. */
export const answerPlugin: ApolloServerPlugin<DoorContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation, contextValue }) {
        if (operation) contextValue.outcome.operation = rootFieldsOf(operation);
      },
      didEncounterErrors: async (request) => logUnforeseen(request),
      willSendResponse: async (request) => finish(request),
    };
  },
};
