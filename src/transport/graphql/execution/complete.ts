import {
  defaultTypeResolver,
  GraphQLError,
  isObjectType,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLObjectType,
} from 'graphql';
import { readLeaf } from './leaf.js';
import type { FieldPlan, Selection, ValuePlan } from './plan.js';
import { buildInfo, handleError, isPromise, resolveField, type Path, type Run } from './run.js';
import { writeList } from './write-list.js';

type Fields = Record<string, unknown>;

/** Resolves the selected fields of an object concurrently. @returns the object; a promise of it where a value is one. */
export function runFields(run: Run, selection: Selection, source: unknown, path: Path | undefined): unknown {
  const result: Fields = { ...selection.blank };
  let pending: string[] | undefined;
  try {
    for (const field of selection.fields) {
      let value = field.typeName ?? readLeaf(field, source);
      if (value === undefined) value = writeList(run, field, source) ?? runField(run, field, source, path);
      result[field.key] = value;
      if (isPromise(value)) (pending ??= []).push(field.key);
    }
  } catch (error) {
    if (pending) return rejectAfter(result, pending, error);
    throw error;
  }
  return pending ? settleFields(result, pending) : result;
}

// Closures stay out of the functions that run for every value: V8 would allocate a context on each call.
const settleFields = (result: Fields, pending: readonly string[]): Promise<Fields> =>
  Promise.all(pending.map((key) => result[key])).then((values) => {
    pending.forEach((key, index) => (result[key] = values[index]));
    return result;
  });

const rejectAfter = (result: Fields, pending: readonly string[], error: unknown): Promise<Fields> =>
  settleFields(result, pending).finally(() => {
    throw error;
  });

/** Resolves and completes one field. @throws GraphQLError where it fails and may not be null. */
export function runField(run: Run, field: FieldPlan, source: unknown, parent: Path | undefined): unknown {
  const path: Path = { prev: parent, key: field.key, typename: field.parent.name };
  try {
    return completeGuarded(run, field, field.value, path, resolveField(run, field, source, path));
  } catch (error) {
    return handleError(run, field, field.value, path, error);
  }
}

function completeGuarded(run: Run, field: FieldPlan, plan: ValuePlan, path: Path, value: unknown): unknown {
  const completed = isPromise(value)
    ? completeLater(run, field, plan, path, value)
    : complete(run, field, plan, path, value);
  return isPromise(completed) ? guard(run, field, plan, path, completed) : completed;
}

const completeLater = (run: Run, field: FieldPlan, plan: ValuePlan, path: Path, value: Promise<unknown>) =>
  value.then((settled) => complete(run, field, plan, path, settled));

const guard = (run: Run, field: FieldPlan, plan: ValuePlan, path: Path, completed: Promise<unknown>) =>
  completed.then(undefined, (error: unknown) => handleError(run, field, plan, path, error));

function complete(run: Run, field: FieldPlan, plan: ValuePlan, path: Path, value: unknown): unknown {
  if (value instanceof Error) throw value;
  if (value === null || value === undefined) {
    if (!plan.isNonNull) return null;
    throw new Error(`Cannot return null for non-nullable field ${field.parent.name}.${field.definition.name}.`);
  }
  switch (plan.kind) {
    case 'leaf':
      return serialize(plan.type, value);
    case 'list':
      return completeList(run, field, plan.item, path, value);
    case 'object':
      return runFields(run, plan.select(), value, path);
    case 'abstract':
      return completeAbstract(run, field, plan, path, value);
  }
}

function serialize(type: GraphQLLeafType, value: unknown): unknown {
  const serialized: unknown = type.serialize(value);
  if (serialized === null || serialized === undefined) throw new Error(`${type.name} serialized a value to nothing.`);
  return serialized;
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';

function completeList(run: Run, field: FieldPlan, item: ValuePlan, path: Path, value: unknown): unknown {
  if (!isIterable(value))
    throw new Error(`A list is expected for field ${field.parent.name}.${field.definition.name}.`);
  const results: unknown[] = [];
  let isPending = false;
  try {
    for (const each of value) {
      const result = completeItem(run, field, item, { prev: path, key: results.length, typename: undefined }, each);
      isPending ||= isPromise(result);
      results.push(result);
    }
  } catch (error) {
    // The list is null now. Items in progress may still fail, and an unhandled rejection would end the process.
    if (isPending) void Promise.allSettled(results);
    throw error;
  }
  return isPending ? Promise.all(results) : results;
}

function completeItem(run: Run, field: FieldPlan, item: ValuePlan, path: Path, value: unknown): unknown {
  try {
    return completeGuarded(run, field, item, path, value);
  } catch (error) {
    return handleError(run, field, item, path, error);
  }
}

type AbstractPlan = Extract<ValuePlan, { kind: 'abstract' }>;

function completeAbstract(run: Run, field: FieldPlan, plan: AbstractPlan, path: Path, value: unknown): unknown {
  const { type, select } = plan;
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const name = resolveType(value, run.context, buildInfo(run, field, path), type);
  return isPromise(name)
    ? name.then((settled) => runFields(run, select(getRuntimeType(run, type, settled)), value, path))
    : runFields(run, select(getRuntimeType(run, type, name)), value, path);
}

function getRuntimeType({ plan }: Run, type: GraphQLAbstractType, name: unknown): GraphQLObjectType {
  const runtimeType = typeof name === 'string' ? plan.schema.getType(name) : undefined;
  if (isObjectType(runtimeType) && plan.schema.isSubType(type, runtimeType)) return runtimeType;
  throw new GraphQLError(`A value of ${type.name} resolves to no object type of it.`);
}
