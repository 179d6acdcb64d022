import {
  getArgumentValues,
  getDirectiveValues,
  GraphQLDirective,
  GraphQLBoolean,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  type FieldNode,
  type GraphQLField,
} from 'graphql';

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

/** The weight that `@cost` gives to a field or type; undefined where it gives none. */
export const weightOf = ({ astNode }: Annotated): number | undefined =>
  (astNode && (getDirectiveValues(COST, astNode)?.weight as number | undefined)) ?? undefined;

/** Larger pages are refused by the field itself, before it asks for any: they cost no more than the largest. */
const LARGEST_PAGE = 100;

/** How many entries a list without `@listSize` is taken to have. */
const UNANNOTATED_SIZE = 10;

/** A page's size and the fields below that have so many entries. */
export interface Slice {
  size: number;
  /** Empty: the field itself is the list. */
  sizedFields: readonly string[];
}

const clamp = (size: number): number => Math.min(Math.max(size, 0), LARGEST_PAGE);

// Arguments that do not fit their types end the operation by themselves.
function argumentsOf(field: Field, node: FieldNode, variables: Record<string, unknown>): Record<string, unknown> {
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    return {};
  }
}

/** How many entries a call of the field asks for, as far as its directives tell. */
export function sliceOf(field: Field, node: FieldNode, variables: Record<string, unknown>): Slice {
  const values = field.astNode
    ? (getDirectiveValues(LIST_SIZE, field.astNode) as ListSizeValues | undefined)
    : undefined;
  const given = argumentsOf(field, node, variables);
  // The entity resolver of federation answers one entity per representation, and no directive can say so.
  if (field.name === '_entities' && Array.isArray(given.representations))
    return { size: given.representations.length, sizedFields: [] };
  const sizes = (values?.slicingArguments ?? []).map((name) => given[name]).filter((size) => typeof size === 'number');
  const size = sizes.length > 0 ? clamp(Math.max(...sizes)) : (values?.assumedSize ?? UNANNOTATED_SIZE);
  return { size, sizedFields: values?.sizedFields ?? [] };
}
