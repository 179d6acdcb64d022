/** One broken rule of an input; `path` starts below `input`. */
export interface Fault {
  path: (string | number)[];
  code: string;
  message: string;
}

/** Why a call was refused, or that it had no answer. */
export interface Problem {
  code: string;
  message: string;
  fields: Fault[];
  /** By which the service's log finds the call. */
  requestId?: string;
  currentVersion?: number;
}

interface GraphQLFailure {
  errors: readonly { message: string; extensions?: Record<string, unknown> }[];
}

const isGraphQLFailure = (error: unknown): error is GraphQLFailure =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors) && error.errors.length > 0;

const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : undefined;

/** The code of a call that had no answer of the service: it is away, or the network is. */
export const NO_ANSWER = 'NO_ANSWER';

/** What is wrong with an input before it is sent: of the same form as what the service says. */
export const localProblem = (message: string, fields: Fault[]): Problem => ({
  code: 'BAD_USER_INPUT',
  message,
  fields,
});

/** The reason of a failed call, in words. The extensions are no part of the schema: here alone they get a type. */
export function problemOf(error: unknown): Problem {
  if (isGraphQLFailure(error)) {
    const [first] = error.errors;
    return { code: 'UNKNOWN', fields: [], ...first!.extensions, message: first!.message };
  }
  const status = statusOf(error);
  const answer =
    status === undefined ? 'The service cannot be reached.' : `The service answered with status ${status}.`;
  return { code: NO_ANSWER, message: `${answer} Check the connection and try again.`, fields: [] };
}

/** What is said about the input at exactly this path; undefined when nothing is. */
export const faultAt = (problem: Problem | null, ...path: (string | number)[]): string | undefined =>
  problem?.fields.find((fault) => JSON.stringify(fault.path) === JSON.stringify(path))?.message;

const MAX_SHOWN_KEY_LENGTH = 100;

/** A metadata key as the service names it in a path: a key that is too long is cut. */
export const toShownKey = (key: string): string => key.slice(0, MAX_SHOWN_KEY_LENGTH).toWellFormed();

/** What is said about the pair of metadata that has this key; undefined when nothing is. */
export const faultAtKey = (problem: Problem | null, key: string): string | undefined =>
  faultAt(problem, 'metadata', toShownKey(key));
