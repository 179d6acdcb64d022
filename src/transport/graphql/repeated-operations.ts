import type { ApolloServerPlugin } from '@apollo/server';
import {
  GraphQLError,
  OperationTypeNode,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { AppError } from '../../shared/app-error.js';
import type { HttpRequestContext } from '../context.js';
import type { SpendPoints } from '../limits/rate-limit.js';
import { buildErrorAnswer, recordFailures, type ErrorAnswer } from './answer.js';
import { listDeprecatedUses } from './deprecated-uses.js';
import { formatGraphQLError } from './errors.js';
import type { GraphQLCall } from './graphql-call.js';
import { KeptOperations, type KeptOperation } from './kept-operations.js';
import type { PersistedDocuments } from './persisted/persisted-documents.js';
import type { TrustedDocuments } from './persisted/trusted-documents.js';
import { prepareCall, type PreparedCall } from './prepared-call.js';

/** The answer to a repeated operation: the result, and what its errors ask of the HTTP head. */
export interface RepeatedAnswer extends Omit<ErrorAnswer, 'errors'> {
  result: object;
}

/**
 * Keeps operations that Apollo Server has parsed and validated. A call of one of them skips Apollo's pipeline, which costs
 * more than the operation itself, and is executed by plan. No code is generated from a document. Calls with variables that do
 * not fit, or with a cost above the limit, are rejected here too: parsing their document again is what they must not cost.
 * test/contract/repeated-operations.test.ts shows that both give the same answers.
 */
export class RepeatedOperations {
  private readonly kept: KeptOperations;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly trusted: TrustedDocuments,
    private readonly persisted: PersistedDocuments,
    private readonly costLimit: number,
    private readonly spendPoints: SpendPoints,
  ) {
    this.kept = new KeptOperations(schema);
    for (const document of trusted.prepared) this.kept.keepTrusted(document);
  }

  /**
   * Keeps the operations that Apollo Server has found valid, whether this call of them may run or not; not those that only run for
   * certain callers.
   */
  readonly plugin: ApolloServerPlugin<HttpRequestContext> = {
    requestDidStart: async () => ({
      didResolveOperation: async ({ source, document, operation }) => {
        // Where the document has no operation of the given name, the execution fails.
        if (operation && this.trusted.admits(source)) this.kept.keep(source, document, operation);
      },
    }),
  };

  /** Answers a call of a kept operation; null where Apollo Server must answer, and then nothing has run or been charged. */
  async answer(call: GraphQLCall, context: HttpRequestContext): Promise<RepeatedAnswer | null> {
    const source = this.findSource(call);
    const operation = source === undefined ? undefined : this.kept.find(source);
    if (!operation || !isSameOperation(operation, call)) return null;
    context.outcome.operation = operation.rootFields;
    context.outcome.isRepeated = true;
    if (operation.deprecated) context.outcome.deprecated = listDeprecatedUses(operation.deprecated, call.variables);
    const prepared = this.prepare(operation, call);
    if (prepared instanceof AppError) return rejectCall(prepared, context);
    const { coerced, cost } = prepared;
    // The first point was taken when the request came in.
    const charged = cost > 1 ? this.spendPoints(context, cost - 1) : undefined;
    const rejection = charged && (await settle(charged));
    if (rejection) return rejectCall(rejection, context);
    if (call.hash !== undefined) this.persisted.register(call.hash, source!);
    const result = await operation.planned.execute(context, { given: call.variables, coerced });
    return result.errors ? withErrors(result, result.errors, context) : { result };
  }

  // None where a document does not have its hash, or is not known by it here: then Apollo Server refuses the call or looks further.
  private findSource({ query, hash }: GraphQLCall): string | undefined {
    if (hash === undefined) return query;
    if (query === undefined) return this.persisted.find(hash);
    return this.persisted.hasHash(query, hash) ? query : undefined;
  }

  private prepare({ document, definition }: KeptOperation, { variables }: GraphQLCall): PreparedCall | AppError {
    try {
      return prepareCall(this.schema, document, definition, variables, this.costLimit);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  }
}

/** Undefined, or the error with which a promise was rejected. */
const settle = (promise: Promise<void>): Promise<Error | undefined> =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  );

const isSameOperation = ({ definition }: KeptOperation, { operationName, isGet }: GraphQLCall): boolean =>
  (operationName === undefined || operationName === definition.name?.value) &&
  !(isGet && definition.operation !== OperationTypeNode.QUERY);

const format = (error: GraphQLError): GraphQLFormattedError =>
  formatGraphQLError({ ...error.toJSON(), extensions: { code: 'INTERNAL_SERVER_ERROR' } }, error);

function withErrors(
  { data }: ExecutionResult,
  thrown: readonly GraphQLError[],
  context: HttpRequestContext,
): RepeatedAnswer {
  recordFailures(thrown, context);
  const { errors, ...answer } = buildErrorAnswer(thrown.map(format), true, context);
  return { result: { errors, data }, ...answer };
}

function rejectCall(rejection: Error, context: HttpRequestContext): RepeatedAnswer {
  const error = new GraphQLError(rejection.message, { originalError: rejection });
  const { errors, status = 400, ...answer } = buildErrorAnswer([format(error)], false, context);
  return { result: { errors }, status, ...answer };
}
