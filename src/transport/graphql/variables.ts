import {
  coerceInputValue,
  isInputObjectType,
  isNonNullType,
  typeFromAST,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import type { Fault } from '../../shared/app-error.js';
import { faultsOfPlain } from '../../shared/validation.js';

const required = (path: Fault['path']): Fault => ({ path, code: 'REQUIRED', message: 'A value is needed.' });

function toFault(path: Fault['path'], value: unknown, { message }: GraphQLError): Fault {
  const missing = /^Field "([^"]*)" of required type/.exec(message);
  if (missing) return required([...path, missing[1]!]);
  const unknown = /^Field "([^"]*)" is not defined by type/.exec(message);
  if (unknown) return { path: [...path, unknown[1]!], code: 'UNKNOWN', message: 'This key is not part of the input.' };
  if (value === null || value === undefined) return required(path);
  return { path, code: 'INVALID', message: 'The value does not have the type that the schema asks for.' };
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

function faultsOfVariable(
  schema: GraphQLSchema,
  definition: VariableDefinitionNode,
  variables: Record<string, unknown>,
): Fault[] {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type as never) as GraphQLInputType | undefined;
  if (!type) return [];
  if (!Object.hasOwn(variables, name)) {
    return isNonNullType(type) && !definition.defaultValue ? [required([name])] : [];
  }
  const value = variables[name];
  const faults: Fault[] = [];
  coerceInputValue(value, type, (path, invalid, error) => faults.push(toFault([...path], invalid, error)));
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const isInput = isObject && isInputObjectType(isNonNullType(type) ? type.ofType : type);
  const placed = isInput ? faults : faults.map((fault) => ({ ...fault, path: [name, ...fault.path] }));
  return [...faultsOfRules(type, value), ...placed];
}

/**
 * Every fault of an operation's variables: of their GraphQL types and, beyond what graphql-js checks once a type is
 * wrong, of the input's own rules. Paths begin inside the input, as they do when only a rule is broken.
 */
export function faultsOfVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): Fault[] {
  const all = (operation.variableDefinitions ?? []).flatMap((definition) =>
    faultsOfVariable(schema, definition, variables),
  );
  const byPath = new Map<string, Fault>();
  for (const fault of all) {
    const place = JSON.stringify(fault.path);
    if (!byPath.has(place)) byPath.set(place, fault);
  }
  return [...byPath.values()];
}
