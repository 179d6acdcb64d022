import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { instantText } from './instant.js';

function jsonFromLiteral(node: ValueNode, variables?: Record<string, unknown> | null): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((value) => jsonFromLiteral(value, variables));
    case Kind.OBJECT:
      return objectFromLiteral(node.fields, variables);
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    case Kind.ENUM:
      throw new GraphQLError('JSON has no bare words; put strings in quotes.');
  }
}

function objectFromLiteral(
  fields: readonly { name: { value: string }; value: ValueNode }[],
  variables?: Record<string, unknown> | null,
): Record<string, unknown> {
  // Without a prototype, so that a key such as __proto__ is a key like any other.
  const object = Object.create(null) as Record<string, unknown>;
  for (const { name, value } of fields) object[name.value] = jsonFromLiteral(value, variables);
  return object;
}

/** Passes any JSON through; what may be in it is the business of the field that has this type. */
export const JsonScalar = new GraphQLScalarType<unknown>({
  name: 'JSON',
  description:
    'Custom key-value metadata: a JSON object of string to string. At most 50 pairs, keys of 1-100 and values of 0-1000 Unicode code points.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: jsonFromLiteral,
});

/** An instant in answers. PostgreSQL and JavaScript both hold milliseconds of it, so nothing is lost between them. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'RFC 3339 instant in UTC, millisecond precision, e.g. 2024-01-15T09:00:00.000Z.',
  serialize: (value) => instantText(value as Date),
  parseValue: () => {
    throw new GraphQLError('DateTime is only used in answers.');
  },
});
