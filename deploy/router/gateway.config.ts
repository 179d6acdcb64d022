import { defineConfig } from '@graphql-hive/gateway';

export const gatewayConfig = defineConfig({
  // Composed of this subgraph alone; put in the one of your whole graph. test/contract/composition.test.ts keeps it fresh.
  supergraph: './supergraph.graphql',
  propagateHeaders: {
    // The service decides who may do what from the caller's own credential.
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') ?? '' }),
  },
});
