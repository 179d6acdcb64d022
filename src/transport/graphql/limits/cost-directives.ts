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

/** The arguments of `@listSize`. */
interface ListSizeValues {
  assumedSize?: number;
  slicingArguments?: string[];
  sizedFields?: string[];
}

/** What the schema's directives fix of a field's cost, for every call. */
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

/** The assumed length of a list without `@listSize`. */
const UNANNOTATED_SIZE = 10;

/** The size of a page, and which fields below it have that many entries. */
export interface Slice {
  size: number;
  /** Empty: the field itself is the list. */
  sizedFields: readonly string[];
}

const NO_FIELDS: readonly string[] = [];

// The field rejects larger pages before it reads any: they cost no more than the largest.
const clamp = (size: number): number => Math.min(Math.max(size, 0), PAGE_SIZE.max);

// A field whose arguments do not fit fails by itself.
function argumentsOf(field: Field, node: FieldNode, variables: Record<string, unknown>): Record<string, unknown> {
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    return {};
  }
}

/** The fields that answer one entry per item of an argument, which no directive can express. */
const ITEM_ARGUMENTS: ReadonlyMap<string, string> = new Map([
  ['_entities', 'representations'],
  ['nodes', 'ids'],
  ['upsertExpressCustomers', 'inputs'],
  ['createExpressCustomers', 'inputs'],
]);

// The nodes of a page have the name of a root field, and no arguments.
const findItemArgument = ({ name, args }: Field): string | undefined =>
  args.length > 0 ? ITEM_ARGUMENTS.get(name) : undefined;

/** Whether a field's arguments decide its size. */
export const isSliced = ({ listSize }: FieldCosts, field: Field): boolean =>
  findItemArgument(field) !== undefined || (listSize.slicingArguments ?? NO_FIELDS).length > 0;

/** Computes how many entries a field requests, as far as its directives define it. */
export function sliceOf(
  { listSize }: FieldCosts,
  field: Field,
  node: FieldNode,
  variables: Record<string, unknown>,
): Slice {
  const { assumedSize = UNANNOTATED_SIZE, slicingArguments = NO_FIELDS, sizedFields = NO_FIELDS } = listSize;
  const items = findItemArgument(field);
  if (items !== undefined) {
    const given = argumentsOf(field, node, variables)[items];
    return { size: Array.isArray(given) ? given.length : assumedSize, sizedFields };
  }
  if (slicingArguments.length === 0) return { size: assumedSize, sizedFields };
  const given = argumentsOf(field, node, variables);
  const sizes = slicingArguments.map((name) => given[name]).filter((size) => typeof size === 'number');
  return { size: sizes.length > 0 ? clamp(Math.max(...sizes)) : assumedSize, sizedFields };
}
