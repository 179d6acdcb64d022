import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { createClient, fetchExchange } from '@urql/core';
import { Network, type RequestParameters, type Variables as RelayVariables } from 'relay-runtime';
import type { GraphQLErrorBody } from '../service.js';

export type Variables = Record<string, unknown>;

/** What a caller of the library gets: data, or errors whose extensions it can read. */
export interface Result {
  data?: any;
  errors?: readonly GraphQLErrorBody[] | undefined;
}

/** Runs one operation. */
export type Run = (document: string, variables: Variables) => Promise<Result>;

/** A client library as its guide sets it up, with the credential as a header. */
export type Connect = (url: string, token: string) => Promise<Run>;

const isMutation = (document: string): boolean => document.startsWith('mutation');
const withCredential = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

function throughApollo(link: ApolloLink): Run {
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return async (document, variables) => {
    const operation = gql(document);
    // The cache would answer a query that comes again.
    const answer = isMutation(document)
      ? client.mutate({ mutation: operation, variables })
      : client.query({ query: operation, variables, fetchPolicy: 'network-only' });
    return answer.then(
      ({ data }) => ({ data }),
      (error: unknown) => {
        if (CombinedGraphQLErrors.is(error)) return { errors: error.errors as never };
        throw error;
      },
    );
  };
}

export const apolloClient: Connect = async (uri, token) =>
  throughApollo(new HttpLink({ uri, ...withCredential(token) }));

export const apolloClientPersisted: Connect = async (uri, token) => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  return throughApollo(
    ApolloLink.from([new PersistedQueryLink({ sha256 }), new HttpLink({ uri, ...withCredential(token) })]),
  );
};

export const urql: Connect = async (url, token) => {
  const client = createClient({ url, exchanges: [fetchExchange], fetchOptions: withCredential(token) });
  return async (document, variables) => {
    const operation = isMutation(document) ? client.mutation(document, variables) : client.query(document, variables);
    const { data, error } = await operation.toPromise();
    if (error?.networkError) throw error.networkError;
    return { data, errors: error?.graphQLErrors as never };
  };
};

export const graphqlRequest: Connect = async (url, token) => {
  const { ClientError, GraphQLClient } = await import('graphql-request');
  const client = new GraphQLClient(url, withCredential(token));
  return (document, variables) =>
    client.request(document, variables).then(
      (data) => ({ data }),
      (error: unknown) => {
        if (error instanceof ClientError) return { errors: error.response.errors as never };
        throw error;
      },
    );
};

/** Relay's network layer with the function for fetching that its guide gives. */
export const relay: Connect = async (url, token) => {
  const network = Network.create(async (request: RequestParameters, variables: RelayVariables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...withCredential(token).headers,
        accept: 'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query: request.text, variables }),
    });
    return (await response.json()) as never;
  });
  return async (text, variables) => {
    const operationKind = isMutation(text) ? 'mutation' : 'query';
    const name = /^\w+ (\w+)/.exec(text)![1]!;
    const request: RequestParameters = { name, operationKind, text, id: null, cacheID: text, metadata: {} };
    return (await network.execute(request, variables, { force: true }, null).toPromise()) as Result;
  };
};

/** As a caller of a gateway sends an operation. */
export const plainFetch: Connect = async (url, token) => async (query, variables) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...withCredential(token).headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Result;
};
