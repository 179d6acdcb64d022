import { defineConfig } from '@graphql-hive/gateway';

// Hive Gateway: `hive-gateway supergraph ./supergraph.graphql` in this folder.
export const gatewayConfig = defineConfig({
  supergraph: './supergraph.graphql',
  propagateHeaders: {
    // The service decides who may do what from the caller's own credential.
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') ?? '' }),
  },
});
