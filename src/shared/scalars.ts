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
      throw new GraphQLError('JSON has no bare words: put strings in quotes.');
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

/** Accepts any JSON; the rule of the field that has this type decides what it may hold. */
export const JsonScalar = new GraphQLScalarType<unknown>({
  name: 'JSON',
  description: 'Any JSON value. The field that has this type says which values it takes.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: jsonFromLiteral,
});

/**
 * An instant. PostgreSQL and JavaScript both hold milliseconds of it, so nothing is lost between them. In inputs it accepts
 * anything, like JSON: the rule of the field says what is wrong, and where.
 */
export const DateTimeScalar = new GraphQLScalarType<unknown, string>({
  name: 'DateTime',
  description:
    'Time as RFC 3339, e.g. 2024-01-15T09:00:00.000Z. Answers are in UTC with milliseconds; inputs may have another offset.',
  serialize: (value) => instantText(value as Date),
  parseValue: (value) => value,
  parseLiteral: jsonFromLiteral,
});
