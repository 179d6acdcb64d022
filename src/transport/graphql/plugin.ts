import type { ApolloServerPlugin, GraphQLRequestContextWillSendResponse, HTTPGraphQLHead } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { HttpRequestContext } from '../context.js';
import { findDeprecatedParts, listDeprecatedUses } from './deprecated-uses.js';
import { buildErrorAnswer, readCode, recordFailures, listRootFields } from './answer.js';

// A limit's error is answered alone.
function selectErrors(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  const limit = errors.find((error) => readCode(error) === 'QUERY_TOO_COMPLEX');
  return limit ? [limit] : errors;
}

// Apollo Server sets a weaker header than all other answers have.
const keepUncached = ({ headers }: HTTPGraphQLHead): void => void headers.delete('cache-control');

function finishResponse(request: GraphQLRequestContextWillSendResponse<HttpRequestContext>): void {
  const { response, contextValue } = request;
  const result = response.body.kind === 'single' ? response.body.singleResult : undefined;
  if (!result?.errors) return;
  const errors = selectErrors(result.errors);
  // A subscription reaches its execution, which finds no root type.
  if (errors.every((error) => readCode(error) === 'GRAPHQL_VALIDATION_FAILED')) delete result.data;
  const ran = result.data !== undefined;
  const answer = buildErrorAnswer(errors, ran, contextValue);
  result.errors = answer.errors;
  if (answer.status !== undefined) response.http.status = answer.status;
  // A client that sent a hash is asked for the document, and not all clients read that in an answer of another status than 200.
  else if (answer.errors.some((error) => readCode(error) === 'PERSISTED_QUERY_NOT_FOUND')) keepUncached(response.http);
  // Such as a subscription, which Apollo answers with 200.
  else if (!ran && (response.http.status ?? 200) === 200) response.http.status = 400;
  if (answer.retryAfter !== undefined) response.http.headers.set('retry-after', `${answer.retryAfter}`);
}

/** Records the operation for the log, adds requestId and status to errors, and logs unexpected ones. */
export const answerPlugin: ApolloServerPlugin<HttpRequestContext> = {
  async requestDidStart({ request }) {
    // GraphQL over HTTP: an empty name equals none.
    if (request.operationName === '') delete request.operationName;
    return {
      async didResolveOperation({ operation, document, request: { variables }, schema, contextValue: { outcome } }) {
        if (!operation) return;
        outcome.operation = listRootFields(operation);
        const deprecated = findDeprecatedParts(schema, document, operation);
        if (deprecated) outcome.deprecated = listDeprecatedUses(deprecated, variables);
      },
      didEncounterErrors: async ({ errors, contextValue }) => recordFailures(errors, contextValue),
      willSendResponse: async (request) => finishResponse(request),
    };
  },
};
