import type { ApolloServerPlugin } from '@apollo/server';
import {
  execute,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { HttpRequestContext } from '../context.js';
import { answerErrors, logUnforeseen, rootFieldsOf, type ErrorAnswer } from './answer.js';
import { formatGraphQLError } from './errors.js';
import { costOf } from './limits/operation-cost.js';
import type { SpendPoints } from '../limits/rate-limit.js';
import { coerceIfFitting } from './variables.js';

// Bytes of document text. A parsed document takes some ten times its text.
const KEPT_BYTES = 2 * 1024 * 1024;

/** One operation as a client sends it. */
export interface GraphQLCall {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

interface Operation {
  document: DocumentNode;
  definition: OperationDefinitionNode;
  rootFields: string;
}

/** What is answered to a repeated operation: the result, and what the HTTP answer around it says. */
export interface RepeatedAnswer extends Omit<ErrorAnswer, 'errors'> {
  result: object;
}

// Introspection is rare, and large.
const isWorthKeeping = ({ rootFields }: Operation): boolean => !/(^|,)__/.test(rootFields);

const formatted = (error: GraphQLError) =>
  formatGraphQLError({ ...error.toJSON(), extensions: { code: 'INTERNAL_SERVER_ERROR' } }, error);

/**
 * Keeps operations that Apollo Server has parsed, validated and admitted before. A call of one of them skips Apollo's
 * pipeline, which costs more than the operation itself, and is executed by graphql-js. No code is generated from a
 * document. Whatever is not plainly the same again (a limit exceeded, variables that do not fit) is left to Apollo before
 * anything of it runs. test/contract/repeated-operations.test.ts shows that both give the same answers.
 */
export class RepeatedOperations {
  private readonly operations = new LRUCache<string, Operation>({
    maxSize: KEPT_BYTES,
    sizeCalculation: (_operation, source) => Math.max(source.length, 1),
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly costLimit: number,
    private readonly spendPoints: SpendPoints,
  ) {}

  /** Keeps what Apollo Server admits. */
  readonly plugin: ApolloServerPlugin<HttpRequestContext> = {
    requestDidStart: async () => ({
      executionDidStart: async ({ source, document, operation }) => {
        // Without an operation (of that name) the execution fails.
        if (!operation || this.operations.has(source)) return;
        const kept = { document, definition: operation, rootFields: rootFieldsOf(operation) };
        if (isWorthKeeping(kept)) this.operations.set(source, kept);
      },
    }),
  };

  /** The answer; null where Apollo Server must give it, and nothing has run. */
  async answer(call: GraphQLCall, context: HttpRequestContext): Promise<RepeatedAnswer | null> {
    const operation = this.operations.get(call.query);
    if (!operation || !isSameName(operation, call)) return null;
    if (!(await this.isAdmitted(operation, call, context))) return null;
    context.outcome.operation = operation.rootFields;
    const { schema } = this;
    const { document } = operation;
    const result = await execute({ schema, document, contextValue: context, variableValues: call.variables });
    context.outcome.isRepeated = true;
    return result.errors ? withErrors(result, result.errors, context) : { result };
  }

  private async isAdmitted({ document, definition }: Operation, call: GraphQLCall, context: HttpRequestContext) {
    const { schema } = this;
    const coerced = coerceIfFitting(schema, definition, call.variables);
    if (!coerced) return false;
    const cost = costOf(schema, document, definition, coerced);
    if (cost > this.costLimit) return false;
    if (cost === 1) return true;
    // Refused again by Apollo, whose answer it then is.
    return this.spendPoints(context, cost - 1).then(
      () => true,
      () => false,
    );
  }
}

const isSameName = ({ definition }: Operation, { operationName }: GraphQLCall): boolean =>
  operationName === undefined || operationName === definition.name?.value;

function withErrors(
  { data }: ExecutionResult,
  raised: readonly GraphQLError[],
  context: HttpRequestContext,
): RepeatedAnswer {
  logUnforeseen(raised, context);
  const { errors, ...answer } = answerErrors(raised.map(formatted), true, context);
  return { result: { errors, data }, ...answer };
}
