import type { ApolloServerPlugin } from '@apollo/server';
import {
  Kind,
  OperationTypeNode,
  valueFromASTUntyped,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { DoorContext } from './context.js';
import { answerErrors, logUnforeseen, rootFieldsOf, type ErrorAnswer } from './graphql-answer.js';
import { formatGraphQLError } from './graphql-errors.js';
import { knownCostOf } from './limits/cost-plugin.js';
import type { SpendPoints } from './limits/rate-limit.js';

const OPERATIONS_KEPT = 256;

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
  /** By variable; given as if sent, since compiled code misses those of variables that may not be null. */
  defaults: Record<string, unknown>;
  /** Variables that may stand where null may not: graphql-js refuses their null at the argument, compiled code does not. */
  withDefault: string[];
  /** Compiled when it is asked for again; null when it cannot be. */
  run?: CompiledQuery['query'] | null;
}

/** What is answered to a compiled operation: the result, and what the HTTP answer around it says. */
export interface CompiledAnswer extends Omit<ErrorAnswer, 'errors'> {
  result: object;
}

// Compiled code goes on with the next change after one that failed where graphql-js stops.
const isSingleChange = ({ operation, selectionSet: { selections } }: OperationDefinitionNode): boolean =>
  operation === OperationTypeNode.QUERY || (selections.length === 1 && selections[0]!.kind === Kind.FIELD);

// Introspection is rare, and large.
const isWorthCompiling = ({ definition, rootFields }: Operation): boolean =>
  isSingleChange(definition) && !/(^|,)__/.test(rootFields);

const formatted = (error: GraphQLError) =>
  formatGraphQLError({ ...error.toJSON(), extensions: { code: 'INTERNAL_SERVER_ERROR' } }, error);

/**
 * Operations that Apollo Server has parsed, validated and let in before, compiled to functions. A call of one of them skips
 * Apollo's pipeline, which costs more than the operation itself; whatever is not plainly the same again (other limits met,
 * variables that do not fit) is left to Apollo before anything of it runs. That both answer alike is what
 * test/contract/compiled-operations.test.ts shows.
 */
export class CompiledOperations {
  private readonly operations = new LRUCache<string, Operation>({ max: OPERATIONS_KEPT });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly costLimit: number,
    private readonly spendPoints: SpendPoints,
  ) {}

  /** Remembers what Apollo Server lets in. */
  readonly plugin: ApolloServerPlugin<DoorContext> = {
    requestDidStart: async () => ({
      executionDidStart: async ({ source, document, operation }) => {
        // Without an operation (of that name) the execution fails.
        if (!operation || this.operations.has(source)) return;
        const rootFields = rootFieldsOf(operation);
        const remembered = { document, definition: operation, rootFields, ...defaultsOf(operation) };
        if (isWorthCompiling(remembered)) this.operations.set(source, remembered);
      },
    }),
  };

  /** The answer; null where Apollo Server must give it, and nothing has run. */
  async answer(call: GraphQLCall, context: DoorContext): Promise<CompiledAnswer | null> {
    const operation = this.operations.get(call.query);
    if (!operation || !isSameName(operation, call) || hasNullForDefault(operation, call)) return null;
    const run = this.compiled(operation);
    if (!run || !(await this.isLetIn(operation, call, context))) return null;
    context.outcome.operation = operation.rootFields;
    const result = (await run(undefined, context, { ...operation.defaults, ...call.variables })) as ExecutionResult;
    // Without data it ended before its execution: the variables do not fit.
    if (!('data' in result)) return null;
    context.outcome.isCompiled = true;
    return result.errors ? withErrors(result, result.errors, context) : { result };
  }

  private compiled(operation: Operation): CompiledQuery['query'] | null {
    if (operation.run === undefined) {
      const compiled = compileQuery(this.schema, operation.document, operation.definition.name?.value);
      operation.run = isCompiledQuery(compiled) ? compiled.query : null;
    }
    return operation.run;
  }

  private isLetIn({ document, definition }: Operation, call: GraphQLCall, context: DoorContext) {
    const cost = knownCostOf(this.schema, document, definition, call.variables);
    if (cost > this.costLimit) return false;
    if (cost === 1) return true;
    // Refused again by Apollo, whose answer it then is.
    return this.spendPoints(context, cost - 1).then(
      () => true,
      () => false,
    );
  }
}

function defaultsOf({
  variableDefinitions = [],
}: OperationDefinitionNode): Pick<Operation, 'defaults' | 'withDefault'> {
  const given = variableDefinitions.filter(({ defaultValue }) => defaultValue);
  return {
    defaults: Object.fromEntries(
      given.map(({ variable, defaultValue }) => [variable.name.value, valueFromASTUntyped(defaultValue!)]),
    ),
    withDefault: given
      .filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
      .map(({ variable }) => variable.name.value),
  };
}

const hasNullForDefault = (operation: Operation, { variables }: GraphQLCall): boolean =>
  operation.withDefault.some((name) => variables[name] === null);

const isSameName = ({ definition }: Operation, { operationName }: GraphQLCall): boolean =>
  operationName === undefined || operationName === definition.name?.value;

function withErrors({ data }: ExecutionResult, raised: readonly GraphQLError[], context: DoorContext): CompiledAnswer {
  logUnforeseen(raised, context);
  const { errors, ...answer } = answerErrors(raised.map(formatted), true, context);
  return { result: { errors, data }, ...answer };
}
