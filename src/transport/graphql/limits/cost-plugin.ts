import type { ApolloServerPlugin } from '@apollo/server';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { HttpRequestContext } from '../../context.js';
import { costOf } from './operation-cost.js';
import type { SpendPoints } from '../../limits/rate-limit.js';
import { tooComplex } from './too-complex.js';

type Variables = Record<string, unknown>;

const COSTS_KEPT = 64;

// All that a cost depends on: how large the pages are, and how many entities are asked for.
function sizesIn({ variableDefinitions = [] }: OperationDefinitionNode, variables: Variables): string {
  return variableDefinitions
    .map(({ variable }) => variables[variable.name.value])
    .map((value) => (Array.isArray(value) ? value.length : typeof value === 'number' ? value : ''))
    .join();
}

const known = new WeakMap<OperationDefinitionNode, LRUCache<string, number>>();

/** `costOf`, remembered for as long as the document is: a repeated operation is reckoned once for each size of page. */
export function knownCostOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): number {
  let costs = known.get(operation);
  if (!costs) known.set(operation, (costs = new LRUCache<string, number>({ max: COSTS_KEPT })));
  const sizes = sizesIn(operation, variables);
  let cost = costs.get(sizes);
  if (cost === undefined) costs.set(sizes, (cost = costOf(schema, document, operation, variables)));
  return cost;
}

/**
 * Refuses operations that cost more than `limit`, before anything of them runs, and takes what the others cost from the
 * caller's points. The first point was taken when the request came in.
 */
export const costPlugin = (limit: number, spendPoints: SpendPoints): ApolloServerPlugin<HttpRequestContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, operation, request, contextValue }) {
        if (!operation) return;
        const cost = knownCostOf(schema, document, operation, request.variables ?? {});
        if (cost > limit) throw tooComplex('cost', limit, cost);
        if (cost > 1) await spendPoints(contextValue, cost - 1);
      },
    };
  },
});
