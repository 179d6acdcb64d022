import type { GatewayConfig } from '@graphql-hive/gateway-runtime';

export const gatewayConfig: GatewayConfig = {
  // Composed of this subgraph alone; put in the one of your whole graph. test/contract/federation/composition.test.ts keeps it fresh.
  supergraph: './supergraph.graphql',
  propagateHeaders: {
    // The service decides who may do what from the caller's own credential, and logs which client called.
    fromClientToSubgraphs: ({ request: { headers } }) => ({
      authorization: headers.get('authorization'),
      'apollographql-client-name': headers.get('apollographql-client-name'),
      'apollographql-client-version': headers.get('apollographql-client-version'),
    }),
    // With RATE_LIMITED and SERVICE_UNAVAILABLE: when to try again.
    fromSubgraphsToClient: ({ response }) => ({ 'retry-after': response.headers.get('retry-after') }),
  },
};
