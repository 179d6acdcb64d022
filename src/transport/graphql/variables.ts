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
import { badUserInput, collectFieldErrors, MAX_FIELD_ERRORS, type FieldError } from '../../shared/app-error.js';
import { isPlainObject } from '../../shared/is-plain-object.js';
import { parsePlain, unknownKey } from '../../shared/validation.js';

type Variables = Record<string, unknown>;

const required = (path: FieldError['path']): FieldError => ({
  path,
  code: 'REQUIRED',
  message: 'A value is required.',
});

function toFieldError(path: FieldError['path'], value: unknown, { message }: GraphQLError): FieldError {
  const missing = /^Field "([^"]*)" of required type/.exec(message);
  if (missing) return required([...path, missing[1]!]);
  const unknown = /^Field "([^"]*)" is not defined by type/.exec(message);
  if (unknown) return unknownKey(unknown[1]!, path);
  if (value === null || value === undefined) return required(path);
  return { path, code: 'INVALID', message: 'The value does not have the type that the schema requires.' };
}

// Thrown out of graphql-js's walk, which has no other way to end early.
class EnoughErrors extends Error {}

/** Collects a value's type errors, as many as an answer names: without that limit one body occupies the event loop for seconds. */
function findTypeErrors(type: GraphQLInputType, value: unknown): FieldError[] {
  const errors: FieldError[] = [];
  try {
    coerceInputValue(value, type, (path, invalid, error) => {
      errors.push(toFieldError([...path], invalid, error));
      if (errors.length >= MAX_FIELD_ERRORS) throw new EnoughErrors();
    });
  } catch (error) {
    if (!(error instanceof EnoughErrors)) throw error;
  }
  return errors;
}

function findInputClass(typeName: string): (new () => object) | undefined {
  const metadata = getMetadataStorage().inputTypes.find(({ name }) => name === typeName);
  return metadata?.target as (new () => object) | undefined;
}

function findRuleErrors(type: GraphQLInputType, value: unknown): FieldError[] {
  const named = isNonNullType(type) ? type.ofType : type;
  if (!isInputObjectType(named) || !isPlainObject(value)) return [];
  const inputClass = findInputClass(named.name);
  return inputClass ? parsePlain(inputClass, value).errors : [];
}

function findErrorsOfVariable(
  schema: GraphQLSchema,
  definition: VariableDefinitionNode,
  variables: Variables,
): FieldError[] {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type as never) as GraphQLInputType | undefined;
  if (!type) return [];
  if (!Object.hasOwn(variables, name)) {
    return isNonNullType(type) && !definition.defaultValue ? [required([name])] : [];
  }
  const value = variables[name];
  const errors = findTypeErrors(type, value);
  const isInput = isPlainObject(value) && isInputObjectType(isNonNullType(type) ? type.ofType : type);
  const placed = isInput ? errors : errors.map((error) => ({ ...error, path: [name, ...error.path] }));
  return [...findRuleErrors(type, value), ...placed];
}

/** Keeps the first of several errors at one path. */
function removeRepeated(errors: FieldError[]): FieldError[] {
  const byPath = new Map<string, FieldError>();
  for (const error of errors) {
    const path = JSON.stringify(error.path);
    if (!byPath.has(path)) byPath.set(path, error);
  }
  return [...byPath.values()];
}

/**
 * Collects the errors of an operation's variables: of their GraphQL types and of the input's own rules, which graphql-js does
 * not reach once a type is wrong. Paths begin inside the input, as they do when only a rule is broken.
 */
export function findVariableErrors(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
): FieldError[] {
  const all = collectFieldErrors(operation.variableDefinitions ?? [], (definition) =>
    removeRepeated(findErrorsOfVariable(schema, definition, variables)),
  );
  return removeRepeated(all);
}

// Per definition: the documents that are repeated keep theirs, and there is one schema per process.
const knownTypes = new WeakMap<VariableDefinitionNode, GraphQLInputType>();

function typeOf(schema: GraphQLSchema, definition: VariableDefinitionNode): GraphQLInputType {
  let type = knownTypes.get(definition);
  if (!type) knownTypes.set(definition, (type = typeFromAST(schema, definition.type as never) as GraphQLInputType));
  return type;
}

const rejectValue = () => {
  throw new EnoughErrors();
};

function coerce(schema: GraphQLSchema, definitions: readonly VariableDefinitionNode[], variables: Variables) {
  // Without a prototype while it is filled: a variable can be named __proto__.
  const coerced = Object.create(null) as Variables;
  for (const definition of definitions) {
    const { variable, defaultValue } = definition;
    const name = variable.name.value;
    const type = typeOf(schema, definition);
    if (Object.hasOwn(variables, name)) coerced[name] = coerceInputValue(variables[name], type, rejectValue);
    else if (defaultValue) coerced[name] = valueFromAST(defaultValue, type);
    else if (isNonNullType(type)) rejectValue();
  }
  return { ...coerced };
}

/**
 * Coerces an operation's variables to their types and adds defaults; null when they do not fit. The result is that of
 * graphql-js's `getVariableValues`, which writes the whole value into the message of each error.
 */
export function tryCoerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
): Variables | null {
  try {
    return coerce(schema, operation.variableDefinitions ?? [], variables);
  } catch (error) {
    if (error instanceof EnoughErrors) return null;
    throw error;
  }
}

/**
 * Coerces an operation's variables to their types and adds defaults.
 * @throws AppError BAD_USER_INPUT naming every error when they do not fit.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
): Variables {
  const coerced = tryCoerceVariables(schema, operation, variables);
  if (!coerced) throw badUserInput(findVariableErrors(schema, operation, variables));
  return coerced;
}
