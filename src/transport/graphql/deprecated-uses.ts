import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isInterfaceType,
  Kind,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { isPlainObject } from '../../shared/is-plain-object.js';

/** What of an operation is deprecated, found once per document. */
export interface DeprecatedParts {
  /** What the document names, as coordinates of the schema: `Type.field`, `Type.field(argument:)`, `Input.field`, `Enum.VALUE`. */
  named: readonly string[];
  /** The variables whose values may hold deprecated input fields or enum values. */
  variables: readonly (readonly [name: string, type: GraphQLInputType])[];
}

interface Deprecatable {
  deprecationReason?: string | null | undefined;
}

const isDeprecated = (member: Deprecatable | null | undefined): boolean =>
  member?.deprecationReason !== undefined && member.deprecationReason !== null;

/** Every member of a type that can be deprecated. */
function membersOf(type: GraphQLNamedType): Deprecatable[] {
  if (isEnumType(type)) return [...type.getValues()];
  if (isInputObjectType(type)) return Object.values(type.getFields());
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [field, ...field.args]);
}

const known = new WeakMap<GraphQLSchema, boolean>();

function hasDeprecatedMembers(schema: GraphQLSchema): boolean {
  let found = known.get(schema);
  if (found === undefined) {
    const own = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));
    known.set(schema, (found = own.some((type) => membersOf(type).some(isDeprecated))));
  }
  return found;
}

/** Whether values of an input type may hold something deprecated, at any depth. */
function mayHoldDeprecated(type: GraphQLInputType, seen = new Set<GraphQLNamedType>()): boolean {
  const named = getNamedType(type);
  if (seen.has(named)) return false;
  seen.add(named);
  if (membersOf(named).some(isDeprecated)) return true;
  if (!isInputObjectType(named)) return false;
  return Object.values(named.getFields()).some((field) => mayHoldDeprecated(field.type, seen));
}

function findNamed(schema: GraphQLSchema, document: DocumentNode): string[] {
  const types = new TypeInfo(schema);
  const named = new Set<string>();
  const note = (member: Deprecatable | null | undefined, name: string) => isDeprecated(member) && named.add(name);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: () => void note(types.getFieldDef(), `${types.getParentType()?.name}.${types.getFieldDef()?.name}`),
      Argument: ({ name }) => {
        // Directives have arguments, too.
        if (types.getDirective()) return;
        const field = `${types.getParentType()?.name}.${types.getFieldDef()?.name}`;
        note(types.getArgument(), `${field}(${name.value}:)`);
      },
      ObjectField: ({ name }) => {
        const input = getNamedType(types.getParentInputType());
        if (isInputObjectType(input)) note(input.getFields()[name.value], `${input.name}.${name.value}`);
      },
      EnumValue: ({ value }) => void note(types.getEnumValue(), `${getNamedType(types.getInputType())?.name}.${value}`),
    }),
  );
  return [...named];
}

/** Finds what a valid operation uses that is deprecated. @returns null where that is nothing, whatever its variables are. */
export function findDeprecatedParts(
  schema: GraphQLSchema,
  { definitions }: DocumentNode,
  operation: OperationDefinitionNode,
): DeprecatedParts | null {
  if (!hasDeprecatedMembers(schema)) return null;
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const named = findNamed(schema, { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] });
  const variables = (operation.variableDefinitions ?? []).flatMap(({ variable, type: node }) => {
    const type = typeFromAST(schema, node) as GraphQLInputType | undefined;
    return type && mayHoldDeprecated(type) ? [[variable.name.value, type] as const] : [];
  });
  return named.length + variables.length > 0 ? { named, variables } : null;
}

function addFromValue(type: GraphQLInputType, value: unknown, uses: Set<string>): void {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    // GraphQL takes a single value for a list of it.
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) addFromValue(nullable.ofType, item, uses);
  } else if (isEnumType(nullable)) {
    if (typeof value === 'string' && isDeprecated(nullable.getValue(value))) uses.add(`${nullable.name}.${value}`);
  } else if (isInputObjectType(nullable) && isPlainObject(value)) {
    for (const field of Object.values(nullable.getFields())) {
      if (!Object.hasOwn(value, field.name)) continue;
      if (isDeprecated(field)) uses.add(`${nullable.name}.${field.name}`);
      if (mayHoldDeprecated(field.type)) addFromValue(field.type, value[field.name], uses);
    }
  }
}

/** What one call uses that is deprecated. Looks at the values of those variables only that may hold any of it. */
export function listDeprecatedUses(
  { named, variables }: DeprecatedParts,
  given: Record<string, unknown> | undefined,
): readonly string[] {
  if (variables.length === 0) return named;
  const uses = new Set(named);
  for (const [name, type] of variables) addFromValue(type, given?.[name], uses);
  return [...uses];
}
