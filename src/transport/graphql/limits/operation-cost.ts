import {
  isCompositeType,
  Kind,
  typeFromAST,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { MUTATION_COST } from '../../limits/points.js';
import { costsOfField, isSliced, sliceOf, type Slice } from './cost-directives.js';

/** One walk through an operation with one set of variables. */
class CostWalk {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  // By name and size: a fragment that is spread in many places is walked once for each size around it.
  private readonly walked = new Map<string, number>();
  /** Whether other variables could give another cost. */
  dependsOnVariables = false;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly variables: Record<string, unknown>,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
  }

  of(type: GraphQLCompositeType, { selections }: SelectionSetNode, around?: Slice): number {
    return selections.reduce((sum, selection) => sum + this.ofSelection(type, selection, around), 0);
  }

  private ofSelection(type: GraphQLCompositeType, selection: SelectionNode, around?: Slice): number {
    if (selection.kind === Kind.FIELD) return this.ofField(type, selection, around);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.ofFragment(selection.name.value, around);
    const { typeCondition, selectionSet } = selection;
    return this.of(typeCondition ? this.typeNamed(typeCondition) : type, selectionSet, around);
  }

  private typeNamed(node: FragmentDefinitionNode['typeCondition']): GraphQLCompositeType {
    return typeFromAST(this.schema, node) as GraphQLCompositeType;
  }

  private ofFragment(name: string, around?: Slice): number {
    const key = around ? `${name} ${around.size} ${around.sizedFields.join(' ')}` : name;
    let cost = this.walked.get(key);
    if (cost === undefined) {
      const fragment = this.fragments.get(name)!;
      cost = this.of(this.typeNamed(fragment.typeCondition), fragment.selectionSet, around);
      this.walked.set(key, cost);
    }
    return cost;
  }

  private ofField(type: GraphQLCompositeType, node: FieldNode, around?: Slice): number {
    // Names that begin with __ are not fields of the type; they are answered from memory.
    const field = 'getFields' in type ? type.getFields()[node.name.value] : undefined;
    if (!field) return 0;
    const costs = costsOfField(field);
    if (isSliced(costs, field) && (node.arguments ?? []).length > 0) this.dependsOnVariables = true;
    const slice = sliceOf(costs, field, node, this.variables);
    const below = costs.namedType;
    const inner = node.selectionSet && isCompositeType(below) ? this.of(below, node.selectionSet, slice) : 0;
    const isSized = around?.sizedFields.includes(field.name);
    const times = costs.isList ? (isSized ? around!.size : slice.size) : 1;
    const mutation = type === this.schema.getMutationType() ? MUTATION_COST : 0;
    return times * (mutation + costs.weight + inner);
  }
}

// Costs of operations whose variables make no difference: each call of a kept document finds its own.
const fixedCosts = new WeakMap<OperationDefinitionNode, number>();

/**
 * Computes what a valid operation costs at most, before it runs: every object counts 1 and every scalar 0 unless `@cost` says
 * otherwise, lists count as often as `@listSize` says, and each mutation costs 10 more, one of several items 10 more per item.
 * The same estimate as a federation router's demand control, from the same directives
 * (https://ibm.github.io/graphql-specs/cost-spec.html). Unlike there, inputs are free (a body's length bounds them), and several
 * mutations in one document cost what they cost alone. `variables` are the coerced ones, with defaults, so that the cost is that
 * of the values with which the fields are called.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number {
  const known = fixedCosts.get(operation);
  if (known !== undefined) return known;
  const root = schema.getRootType(operation.operation);
  if (!root) return 0;
  const walk = new CostWalk(schema, document, variables);
  const cost = walk.of(root, operation.selectionSet);
  if (!walk.dependsOnVariables) fixedCosts.set(operation, cost);
  return cost;
}
