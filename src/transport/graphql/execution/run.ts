import { locatedError, responsePathAsArray, type GraphQLError, type GraphQLResolveInfo } from 'graphql';
import type { FieldPlan, OperationPlan, ValuePlan } from './plan.js';

export type Path = GraphQLResolveInfo['path'];

/** One call of an operation. */
export interface Run {
  readonly plan: OperationPlan;
  readonly context: unknown;
  readonly variables: Record<string, unknown>;
  readonly errors: GraphQLError[];
  /** Where errors have made a value null; undefined is the whole answer. Errors in or below it are no longer reported. */
  readonly nulledPaths: Set<Path | undefined>;
  /** Whether a value has been written as JSON text. */
  hasText: boolean;
}

/** As graphql-js recognises a promise. */
export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** The value of a field before it is completed: what its resolver returns, else the property of its source. */
export function resolveField(run: Run, field: FieldPlan, source: unknown, path: Path): unknown {
  if (field.resolve)
    return field.resolve(source, field.readArguments(run.variables), run.context, buildInfo(run, field, path));
  if (typeof source !== 'object' || source === null) return undefined;
  const value = (source as Record<string, unknown>)[field.definition.name];
  if (typeof value !== 'function') return value;
  return value.call(source, field.readArguments(run.variables), run.context, buildInfo(run, field, path)) as unknown;
}

export const buildInfo = (
  { plan: { schema, fragments, operation }, variables }: Run,
  { definition, nodes, parent }: FieldPlan,
  path: Path,
): GraphQLResolveInfo => ({
  fieldName: definition.name,
  fieldNodes: nodes,
  returnType: definition.type,
  parentType: parent,
  path,
  schema,
  fragments,
  rootValue: undefined,
  operation,
  variableValues: variables,
});

/** Locates what was thrown at a path, and answers null for it. @throws the located error where null is not allowed. */
export function handleError(run: Run, { nodes }: FieldPlan, value: ValuePlan, path: Path, thrown: unknown): null {
  const error = locatedError(thrown, nodes, responsePathAsArray(path));
  if (value.isNonNull) throw error;
  recordError(run, error, path);
  return null;
}

/** Reports an error that made the value at the path null, unless one above it was null before. */
export function recordError({ errors, nulledPaths }: Run, error: GraphQLError, path: Path | undefined): void {
  if (nulledPaths.has(undefined)) return;
  for (let at = path; at !== undefined; at = at.prev) if (nulledPaths.has(at)) return;
  nulledPaths.add(path);
  errors.push(error);
}
