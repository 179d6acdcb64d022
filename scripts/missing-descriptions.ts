import {
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLSchema,
} from 'graphql';

interface Described {
  name: string;
  description?: string | null | undefined;
}

// Names that federation adds.
const isOurs = ({ name }: Described): boolean => !name.startsWith('_') && !name.includes('__');

function membersOf(type: object): Described[] {
  if (isEnumType(type)) return [...type.getValues()];
  if (isInputObjectType(type)) return Object.values(type.getFields());
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    field,
    ...field.args.map((argument) => ({ name: `${field.name}(${argument.name})`, description: argument.description })),
  ]);
}

/** A sentence for each type, field, argument and enum value that says nothing of itself. */
export function describeMissing(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type) && isOurs(type),
  );
  const roots = new Set(['Query', 'Mutation']);
  return types.flatMap((type) => [
    ...(type.description || roots.has(type.name) ? [] : [`${type.name} has no description`]),
    ...membersOf(type)
      .filter((member) => isOurs(member) && !member.description && !member.name.startsWith('_'))
      .map((member) => `${type.name}.${member.name} has no description`),
  ]);
}
