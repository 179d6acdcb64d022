import {
  isIntrospectionType,
  isObjectType,
  isScalarType,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { isPlainObject } from '../../shared/is-plain-object.js';
import { getRules, parseInput } from '../../shared/validation.js';

type Storage = ReturnType<typeof getMetadataStorage>;
type Handler = (Storage['queries'] | Storage['fieldResolvers'])[number];
type Parameter = NonNullable<Handler['params']>[number];
type Values = Record<string, unknown>;

/** Computes one parameter of a resolver's method. */
type ReadParameter = (source: unknown, args: Values, context: unknown) => unknown;

type InputClass = new () => object;

const SCALARS = new Set<unknown>([String, Number, Boolean]);

// Each of its fields has a rule, by which it is copied and checked.
function isInputClass(type: unknown): type is InputClass {
  if (typeof type !== 'function') return false;
  const { inputTypes, argumentTypes } = getMetadataStorage();
  const classes = [...inputTypes, ...argumentTypes].filter(
    ({ target }) => type === target || type.prototype instanceof target,
  );
  const rules = getRules(type as InputClass);
  return classes.length > 0 && classes.every(({ fields = [] }) => fields.every(({ name }) => rules.has(name)));
}

const parse = (type: InputClass, value: unknown): unknown => (isPlainObject(value) ? parseInput(type, value) : value);

/** @returns null for a parameter that is left to type-graphql. */
function readParameter(parameter: Parameter): ReadParameter | null {
  if (parameter.kind === 'context' && !parameter.propertyName) return (_source, _args, context) => context;
  if (parameter.kind === 'root' && !parameter.propertyName) return (source) => source;
  if (parameter.kind !== 'arg' && parameter.kind !== 'args') return null;
  const type = parameter.getType();
  if (parameter.typeOptions?.array || parameter.validateFn) return null;
  if (parameter.kind === 'args') return isInputClass(type) ? (_source, args) => parseInput(type, args) : null;
  const { name } = parameter;
  if (isInputClass(type)) return (_source, args) => parse(type, args[name]);
  return SCALARS.has(type) || isScalarType(type) ? (_source, args) => args[name] : null;
}

type Method = (...parameters: unknown[]) => unknown;

/** @returns null for a method that is left to type-graphql. */
function buildResolver(handler: Handler, instance: Values): GraphQLFieldResolver<unknown, unknown, Values> | null {
  const { params = [], middlewares = [], roles, methodName } = handler;
  const method = instance[methodName];
  const readers = [...params].sort((one, other) => one.index - other.index).map(readParameter);
  if (middlewares.length > 0 || roles || typeof method !== 'function' || readers.includes(null)) return null;
  const read = readers as ReadParameter[];
  return (source, args, context) =>
    (method as Method).apply(
      instance,
      read.map((each) => each(source, args, context)),
    );
}

/** The methods of resolver classes by their field, such as `Query.expressCustomer`. */
function listHandlers(schema: GraphQLSchema): Map<string, Handler> {
  const { queries, mutations, fieldResolvers, objectTypes } = getMetadataStorage();
  const ownerOf = ({ getObjectType }: Storage['fieldResolvers'][number]) =>
    objectTypes.find(({ target }) => target === getObjectType?.())?.name;
  return new Map<string, Handler>([
    ...queries.map((one) => [`${schema.getQueryType()?.name}.${one.schemaName}`, one] as const),
    ...mutations.map((one) => [`${schema.getMutationType()?.name}.${one.schemaName}`, one] as const),
    ...fieldResolvers.map((one) => [`${ownerOf(one)}.${one.schemaName}`, one] as const),
  ]);
}

// The types of introspection belong to graphql-js, for every schema of the process, and have resolvers that they need.
const isOwnObjectType = (type: GraphQLNamedType): type is GraphQLObjectType =>
  isObjectType(type) && !isIntrospectionType(type);

/**
 * Lets fields call the methods of their resolver classes, and be read by graphql-js and plans where they have none.
 * type-graphql's own resolvers sort the parameters, look each input class up and make two promises for each argument on every
 * call, and wrap every property. Inputs are made and validated as those of REST are. A method that has parameters of another
 * kind, such as lists, keeps type-graphql's resolver.
 */
export function useDirectResolvers(schema: GraphQLSchema): void {
  const handlers = listHandlers(schema);
  const instances = new Map<unknown, Values>();
  const instanceOf = (target: unknown) => {
    if (!instances.has(target)) instances.set(target, new (target as new () => Values)());
    return instances.get(target)!;
  };
  for (const type of Object.values(schema.getTypeMap()).filter(isOwnObjectType))
    for (const field of Object.values(type.getFields())) {
      const handler = handlers.get(`${type.name}.${field.name}`);
      const resolve = handler && buildResolver(handler, instanceOf(handler.target));
      if (resolve) field.resolve = resolve;
      else if (!handler) delete field.resolve;
    }
}
