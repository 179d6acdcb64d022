import type { ApolloServerPlugin } from '@apollo/server';
import type { HttpRequestContext } from '../../context.js';
import { costOf } from './operation-cost.js';
import type { SpendPoints } from '../../limits/rate-limit.js';
import { coerceVariables } from '../variables.js';
import { tooComplex } from './too-complex.js';

/**
 * Rejects operations whose variables do not fit or that cost more than `limit`, before anything of them runs, and charges
 * the caller for the others. The first point was charged when the request arrived.
 */
export const costPlugin = (limit: number, spendPoints: SpendPoints): ApolloServerPlugin<HttpRequestContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, operation, request, contextValue }) {
        if (!operation) return;
        const variables = coerceVariables(schema, operation, request.variables ?? {});
        const cost = costOf(schema, document, operation, variables);
        if (cost > limit) throw tooComplex('cost', limit, cost);
        if (cost > 1) await spendPoints(contextValue, cost - 1);
      },
    };
  },
});
