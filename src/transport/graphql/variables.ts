import {
  coerceInputValue,
  isInputObjectType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { badUserInput, collectFaults, MAX_FAULTS, type Fault } from '../../shared/app-error.js';
import { faultsOfPlain, unknownKey } from '../../shared/validation.js';

type Variables = Record<string, unknown>;

const required = (path: Fault['path']): Fault => ({ path, code: 'REQUIRED', message: 'A value is needed.' });

function toFault(path: Fault['path'], value: unknown, { message }: GraphQLError): Fault {
  const missing = /^Field "([^"]*)" of required type/.exec(message);
  if (missing) return required([...path, missing[1]!]);
  const unknown = /^Field "([^"]*)" is not defined by type/.exec(message);
  if (unknown) return unknownKey(unknown[1]!, path);
  if (value === null || value === undefined) return required(path);
  return { path, code: 'INVALID', message: 'The value does not have the type that the schema asks for.' };
}

// Thrown out of graphql-js's walk, which has no other way to end early.
class EnoughFaults extends Error {}

/** The first faults of a value's type, as many as an answer names: where the walk goes on, a body can keep it for seconds. */
function faultsOfType(type: GraphQLInputType, value: unknown): Fault[] {
  const faults: Fault[] = [];
  try {
    coerceInputValue(value, type, (path, invalid, error) => {
      faults.push(toFault([...path], invalid, error));
      if (faults.length >= MAX_FAULTS) throw new EnoughFaults();
    });
  } catch (error) {
    if (!(error instanceof EnoughFaults)) throw error;
  }
  return faults;
}

function inputClassOf(typeName: string): (new () => object) | undefined {
  const metadata = getMetadataStorage().inputTypes.find(({ name }) => name === typeName);
  return metadata?.target as (new () => object) | undefined;
}

function faultsOfRules(type: GraphQLInputType, value: unknown): Fault[] {
  const named = isNonNullType(type) ? type.ofType : type;
  if (!isInputObjectType(named) || typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const inputClass = inputClassOf(named.name);
  return inputClass ? faultsOfPlain(inputClass, value).faults : [];
}

function faultsOfVariable(schema: GraphQLSchema, definition: VariableDefinitionNode, variables: Variables): Fault[] {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type as never) as GraphQLInputType | undefined;
  if (!type) return [];
  if (!Object.hasOwn(variables, name)) {
    return isNonNullType(type) && !definition.defaultValue ? [required([name])] : [];
  }
  const value = variables[name];
  const faults = faultsOfType(type, value);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const isInput = isObject && isInputObjectType(isNonNullType(type) ? type.ofType : type);
  const placed = isInput ? faults : faults.map((fault) => ({ ...fault, path: [name, ...fault.path] }));
  return [...faultsOfRules(type, value), ...placed];
}

/** Of several faults of one place the first. */
function withoutRepetition(faults: Fault[]): Fault[] {
  const byPath = new Map<string, Fault>();
  for (const fault of faults) {
    const place = JSON.stringify(fault.path);
    if (!byPath.has(place)) byPath.set(place, fault);
  }
  return [...byPath.values()];
}

/**
 * Every fault of an operation's variables: of their GraphQL types and, beyond what graphql-js checks once a type is
 * wrong, of the input's own rules. Paths begin inside the input, as they do when only a rule is broken.
 */
export function faultsOfVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
): Fault[] {
  const all = collectFaults(operation.variableDefinitions ?? [], (definition) =>
    withoutRepetition(faultsOfVariable(schema, definition, variables)),
  );
  return withoutRepetition(all);
}

const isFault = () => {
  throw new EnoughFaults();
};

function coerce(schema: GraphQLSchema, definitions: readonly VariableDefinitionNode[], variables: Variables) {
  // Without a prototype while it is filled: a variable can be named __proto__.
  const coerced = Object.create(null) as Variables;
  for (const { variable, type: typeNode, defaultValue } of definitions) {
    const name = variable.name.value;
    const type = typeFromAST(schema, typeNode as never) as GraphQLInputType;
    if (Object.hasOwn(variables, name)) coerced[name] = coerceInputValue(variables[name], type, isFault);
    else if (defaultValue) coerced[name] = valueFromAST(defaultValue, type);
    else if (isNonNullType(type)) isFault();
  }
  return { ...coerced };
}

/**
 * The variables of an operation as its fields get them: of their types, with defaults; null when they do not fit. The same
 * as graphql-js's `getVariableValues`, which writes the whole value into the message of each error.
 */
export function coerceIfFitting(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
): Variables | null {
  try {
    return coerce(schema, operation.variableDefinitions ?? [], variables);
  } catch (error) {
    if (error instanceof EnoughFaults) return null;
    throw error;
  }
}

/**
 * The variables of an operation as its fields get them.
 * @throws AppError BAD_USER_INPUT naming every fault when they do not fit.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
): Variables {
  const coerced = coerceIfFitting(schema, operation, variables);
  if (!coerced) throw badUserInput(faultsOfVariables(schema, operation, variables));
  return coerced;
}
