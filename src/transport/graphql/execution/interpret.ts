import { OperationTypeNode, type ExecutionResult, type GraphQLError } from 'graphql';
import { runField, runFields } from './complete.js';
import { JsonText, stringifyFields } from './json-text.js';
import type { FieldPlan, OperationPlan, Selection } from './plan.js';
import { isPromise, recordError, type Run } from './run.js';

/**
 * Executes a planned operation with coerced variables and answers as graphql-js's `execute` does: the same data, and the
 * same errors in the same order, however resolvers settle. So each step waits for as many promises as graphql-js's does.
 * Data with a list that its source has written as JSON is a `JsonText`.
 */
export function interpret(
  plan: OperationPlan,
  context: unknown,
  variables: Record<string, unknown>,
): ExecutionResult | Promise<ExecutionResult> {
  const run: Run = { plan, context, variables, errors: [], nulledPaths: new Set(), hasText: false };
  const fail = (error: unknown) => {
    recordError(run, error as GraphQLError, undefined);
    return toResult(run, null);
  };
  try {
    const isMutation = plan.operation.operation === OperationTypeNode.MUTATION;
    const data = isMutation ? runSerially(run, plan.root) : runFields(run, plan.root, undefined, undefined);
    return isPromise(data) ? data.then((settled) => toResult(run, settled), fail) : toResult(run, data);
  } catch (error) {
    return fail(error);
  }
}

type Fields = Record<string, unknown>;

function toResult({ plan, errors, hasText }: Run, completed: unknown): ExecutionResult {
  const data = hasText && completed ? new JsonText(stringifyFields(plan.root, completed as Fields)) : completed;
  return (errors.length === 0 ? { data } : { errors, data }) as ExecutionResult;
}

// Each field of a mutation begins when the one before it has ended.
const runSerially = (run: Run, { fields, blank }: Selection): unknown =>
  fields.reduce<unknown>(
    (before, field) =>
      isPromise(before)
        ? before.then((done) => runNext(run, field, done as Fields))
        : runNext(run, field, before as Fields),
    { ...blank },
  );

function runNext(run: Run, field: FieldPlan, done: Fields): Fields | Promise<Fields> {
  const keep = (value: unknown) => {
    done[field.key] = value;
    return done;
  };
  const value = field.typeName ?? runField(run, field, undefined, undefined);
  return isPromise(value) ? value.then(keep) : keep(value);
}
