import type { ApolloServerPlugin } from '@apollo/server';
import type { HttpRequestContext } from '../../context.js';
import type { SpendPoints } from '../../limits/rate-limit.js';
import { prepareCall } from '../prepared-call.js';

/**
 * Rejects operations whose variables do not fit or that cost more than `limit`, before anything of them runs, and charges
 * the caller for the others. The first point was charged when the request arrived.
 */
export const costPlugin = (limit: number, spendPoints: SpendPoints): ApolloServerPlugin<HttpRequestContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, operation, request, contextValue }) {
        if (!operation) return;
        const { cost } = prepareCall(schema, document, operation, request.variables ?? {}, limit);
        if (cost > 1) await spendPoints(contextValue, cost - 1);
      },
    };
  },
});
