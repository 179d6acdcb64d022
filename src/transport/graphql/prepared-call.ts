import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { costOf } from './limits/operation-cost.js';
import { tooComplex } from './limits/too-complex.js';
import { coerceVariables } from './variables.js';

/** A call that may run: its variables coerced to their types, and the points that it costs. */
export interface PreparedCall {
  coerced: Record<string, unknown>;
  cost: number;
}

/**
 * Checks a call of a valid operation before anything of it runs or is charged.
 * @throws AppError BAD_USER_INPUT for variables that do not fit, QUERY_TOO_COMPLEX for a cost above the limit.
 */
export function prepareCall(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
  costLimit: number,
): PreparedCall {
  const coerced = coerceVariables(schema, operation, variables);
  const cost = costOf(schema, document, operation, coerced);
  if (cost > costLimit) throw tooComplex('cost', costLimit, cost);
  return { coerced, cost };
}
