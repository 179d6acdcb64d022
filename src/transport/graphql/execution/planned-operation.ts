import {
  execute,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { decideConditions, findConditions } from './conditions.js';
import { interpret } from './interpret.js';
import { OperationPlan } from './plan.js';

const MAX_PLANS = 8;

/** The variables of a call as they were sent, and as graphql-js coerced them. */
export interface CallVariables {
  given: Record<string, unknown>;
  coerced: Record<string, unknown>;
}

/**
 * A validated operation that is executed by plan. `@skip` and `@include` choose among plans: each combination of what they
 * include has one, of which at most 8 are kept.
 */
export class PlannedOperation {
  private readonly conditions: readonly SelectionNode[];
  private readonly plans = new Map<string, OperationPlan>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly definition: OperationDefinitionNode,
    /** How many fields all kept plans together may remember. */
    private readonly maxFieldsKept: number,
  ) {
    this.conditions = findConditions(document);
  }

  /** Plans what these variables include, before the first call does. */
  prepare(variables: Record<string, unknown>): void {
    this.findPlan(variables);
  }

  /** Answers as graphql-js's `execute` does. */
  execute(context: unknown, { given, coerced }: CallVariables): ExecutionResult | Promise<ExecutionResult> {
    const plan = this.findPlan(coerced);
    const { schema, document } = this;
    return plan
      ? interpret(plan, context, coerced)
      : execute({ schema, document, contextValue: context, variableValues: given });
  }

  // None where a condition is null: which error that is depends on where graphql-js meets it.
  private findPlan(variables: Record<string, unknown>): OperationPlan | null {
    let included: readonly boolean[];
    try {
      included = decideConditions(this.conditions, variables);
    } catch {
      return null;
    }
    const id = included.map(Number).join('');
    let plan = this.plans.get(id);
    if (!plan) {
      plan = this.planFor(included);
      if (this.plans.size < MAX_PLANS) this.plans.set(id, plan);
    }
    return plan;
  }

  private planFor(included: readonly boolean[]): OperationPlan {
    const excluded = new Set(this.conditions.filter((_node, index) => !included[index]));
    const isIncluded = (node: SelectionNode) => !excluded.has(node);
    const { schema, document, definition, maxFieldsKept } = this;
    const plans = this.conditions.length > 0 ? MAX_PLANS : 1;
    return new OperationPlan(schema, document, definition, Math.ceil(maxFieldsKept / plans), isIncluded);
  }
}
