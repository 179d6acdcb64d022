import {
  getArgumentValues,
  isListType,
  getNullableType,
  isNonNullType,
  Kind,
  valueFromAST,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
} from 'graphql';

type Values = Record<string, unknown>;

/** Computes the arguments of a field from coerced variables. @throws GraphQLError where a variable's null does not fit. */
export type ReadArguments = (variables: Values) => Values;

const NO_ARGUMENTS: Values = Object.freeze({});

/** Puts one argument into `values`. @returns false where graphql-js must decide. */
type PutArgument = (values: Values, variables: Values) => boolean;

const leaveOut: PutArgument = () => true;
const askGraphQL: PutArgument = () => false;

const putConstant =
  (name: string, value: unknown): PutArgument =>
  (values) => {
    values[name] = value;
    return true;
  };

const putVariable =
  (argument: GraphQLArgument, variable: string, whenAbsent: PutArgument): PutArgument =>
  (values, variables) => {
    if (!Object.hasOwn(variables, variable)) return whenAbsent(values, variables);
    const value = variables[variable];
    if (value === undefined || (value === null && isNonNullType(argument.type))) return false;
    values[argument.name] = value;
    return true;
  };

// Each call needs objects and lists of its own, since resolvers may change them.
const isShareable = ({ type }: GraphQLArgument, value: unknown): boolean =>
  value !== undefined && (typeof value !== 'object' || value === null) && !isListType(getNullableType(type));

function planArgument(argument: GraphQLArgument, { arguments: given = [] }: FieldNode): PutArgument {
  const { name, defaultValue, type } = argument;
  const whenAbsent =
    defaultValue !== undefined ? putConstant(name, defaultValue) : isNonNullType(type) ? askGraphQL : leaveOut;
  const node = given.find((candidate) => candidate.name.value === name);
  if (!node) return whenAbsent;
  if (node.value.kind === Kind.VARIABLE) return putVariable(argument, node.value.name.value, whenAbsent);
  const literal = valueFromAST(node.value, type);
  return isShareable(argument, literal) ? putConstant(name, literal) : askGraphQL;
}

/**
 * Reads a field's arguments in the document once, so that a call only looks up its variables. What is neither a variable nor a
 * scalar is left to graphql-js at each call, and so are errors.
 */
export function planArguments(definition: GraphQLField<unknown, unknown>, node: FieldNode): ReadArguments {
  if (definition.args.length === 0) return () => NO_ARGUMENTS;
  const parts = definition.args.map((argument) => planArgument(argument, node));
  return (variables) => {
    const values: Values = {};
    return parts.every((put) => put(values, variables)) ? values : getArgumentValues(definition, node, variables);
  };
}
