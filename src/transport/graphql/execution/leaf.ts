import { GraphQLBoolean, GraphQLID, GraphQLString } from 'graphql';
import type { FieldPlan, ValuePlan } from './plan.js';
import { isPromise } from './run.js';

// Their `serialize` returns such a value as it is.
const isAnsweredAsIs = (type: unknown, value: unknown): boolean =>
  typeof value === 'string' ? type === GraphQLString || type === GraphQLID : value === true && type === GraphQLBoolean;

/** What `value` is answered as; undefined where that takes more than serialising it, or fails. */
function serializeOrSkip({ type, isNonNull }: Extract<ValuePlan, { kind: 'leaf' }>, value: unknown): unknown {
  if (value === null) return isNonNull ? undefined : null;
  if (isAnsweredAsIs(type, value)) return value;
  if (value === undefined || typeof value === 'function' || value instanceof Error || isPromise(value))
    return undefined;
  return type.serialize(value) ?? undefined;
}

/**
 * Answers a scalar or enum that is a property of its source, as nearly all fields of a list are: without a path, which only
 * errors and resolvers need.
 * @returns undefined for every other field and whenever something is not as expected: then the field is run in full, which
 * reports errors with their path.
 */
export function readLeaf(field: FieldPlan, source: unknown): unknown {
  const { value, resolve, definition } = field;
  if (value.kind !== 'leaf' || resolve !== undefined || typeof source !== 'object' || source === null) return undefined;
  try {
    return serializeOrSkip(value, (source as Record<string, unknown>)[definition.name]);
  } catch {
    return undefined;
  }
}
