import {
  getArgumentValues,
  getDirectiveValues,
  GraphQLDirective,
  GraphQLBoolean,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
} from 'graphql';
import { PAGE_SIZE } from '../../../shared/page.js';

const strings = new GraphQLList(new GraphQLNonNull(GraphQLString));

const COST = new GraphQLDirective({
  name: 'cost',
  locations: [],
  args: { weight: { type: new GraphQLNonNull(GraphQLInt) } },
});

const LIST_SIZE = new GraphQLDirective({
  name: 'listSize',
  locations: [],
  args: {
    assumedSize: { type: GraphQLInt },
    slicingArguments: { type: strings },
    sizedFields: { type: strings },
    requireOneSlicingArgument: { type: GraphQLBoolean, defaultValue: true },
  },
});

type Field = GraphQLField<unknown, unknown>;
type Annotated = { astNode?: Parameters<typeof getDirectiveValues>[1] | null | undefined };

/** What `@listSize` says of a field. */
interface ListSizeValues {
  assumedSize?: number;
  slicingArguments?: string[];
  sizedFields?: string[];
}

/** What the schema says of a field's cost; the same for every call. */
export interface FieldCosts {
  weight: number;
  isList: boolean;
  namedType: GraphQLNamedType;
  listSize: ListSizeValues;
}

const weightOf = ({ astNode }: Annotated): number | undefined =>
  (astNode && (getDirectiveValues(COST, astNode)?.weight as number | undefined)) ?? undefined;

function readCosts(field: Field): FieldCosts {
  const namedType = getNamedType(field.type);
  return {
    weight: weightOf(field) ?? weightOf(namedType) ?? (isCompositeType(namedType) ? 1 : 0),
    isList: isListType(getNullableType(field.type)),
    namedType,
    listSize: (field.astNode && (getDirectiveValues(LIST_SIZE, field.astNode) as ListSizeValues | undefined)) ?? {},
  };
}

const known = new WeakMap<Field, FieldCosts>();

/** The weight and size of a field from its directives, which are read once. */
export function costsOfField(field: Field): FieldCosts {
  let costs = known.get(field);
  if (!costs) known.set(field, (costs = readCosts(field)));
  return costs;
}

/** How many entries a list without `@listSize` is taken to have. */
const UNANNOTATED_SIZE = 10;

/** A page's size and the fields below that have so many entries. */
export interface Slice {
  size: number;
  /** Empty: the field itself is the list. */
  sizedFields: readonly string[];
}

const NO_FIELDS: readonly string[] = [];

// Larger pages are refused by the field itself, before it asks for any: they cost no more than the largest.
const clamp = (size: number): number => Math.min(Math.max(size, 0), PAGE_SIZE.max);

// Arguments that do not fit their types end the operation by themselves.
function argumentsOf(field: Field, node: FieldNode, variables: Record<string, unknown>): Record<string, unknown> {
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    return {};
  }
}

/** How many entries a call of the field asks for, as far as its directives specify. */
export function sliceOf(
  { listSize }: FieldCosts,
  field: Field,
  node: FieldNode,
  variables: Record<string, unknown>,
): Slice {
  const { assumedSize = UNANNOTATED_SIZE, slicingArguments = NO_FIELDS, sizedFields = NO_FIELDS } = listSize;
  // The entity resolver of federation answers one entity per representation, and no directive can say so.
  if (field.name === '_entities') {
    const { representations } = argumentsOf(field, node, variables);
    return { size: Array.isArray(representations) ? representations.length : assumedSize, sizedFields };
  }
  if (slicingArguments.length === 0) return { size: assumedSize, sizedFields };
  const given = argumentsOf(field, node, variables);
  const sizes = slicingArguments.map((name) => given[name]).filter((size) => typeof size === 'number');
  return { size: sizes.length > 0 ? clamp(Math.max(...sizes)) : assumedSize, sizedFields };
}
