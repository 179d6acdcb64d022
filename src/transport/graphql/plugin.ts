import type { ApolloServerPlugin, GraphQLRequestContextWillSendResponse } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { HttpRequestContext } from '../context.js';
import { answerErrors, codeOf, logUnforeseen, rootFieldsOf } from './answer.js';

/** The errors that are answered: a limit's alone, all others as they are. */
function answered(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  const limit = errors.find((error) => codeOf(error) === 'QUERY_TOO_COMPLEX');
  return limit ? [limit] : errors;
}

function finish(request: GraphQLRequestContextWillSendResponse<HttpRequestContext>): void {
  const { response, contextValue } = request;
  const result = response.body.kind === 'single' ? response.body.singleResult : undefined;
  if (!result?.errors) return;
  const errors = answered(result.errors);
  // A subscription gets as far as its execution, which then finds nothing to execute.
  if (errors.every((error) => codeOf(error) === 'GRAPHQL_VALIDATION_FAILED')) delete result.data;
  const ran = result.data !== undefined;
  const answer = answerErrors(errors, ran, contextValue);
  result.errors = answer.errors;
  if (answer.status !== undefined) response.http.status = answer.status;
  // Such as a subscription or a persisted query, for which Apollo would say 200.
  else if (!ran && (response.http.status ?? 200) === 200) response.http.status = 400;
  if (answer.retryAfter !== undefined) response.http.headers.set('retry-after', `${answer.retryAfter}`);
}

/** Notes what was asked for, gives every error its requestId and status, and logs what nobody foresaw. */
export const answerPlugin: ApolloServerPlugin<HttpRequestContext> = {
  async requestDidStart({ request }) {
    // An empty name is as good as none (GraphQL over HTTP).
    if (request.operationName === '') delete request.operationName;
    return {
      async didResolveOperation({ operation, contextValue }) {
        if (operation) contextValue.outcome.operation = rootFieldsOf(operation);
      },
      didEncounterErrors: async ({ errors, contextValue }) => logUnforeseen(errors, contextValue),
      willSendResponse: async (request) => finish(request),
    };
  },
};
