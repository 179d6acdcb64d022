import { CombinedGraphQLErrors } from '@apollo/client';

/** One broken rule of an input; `path` starts below `input`. */
export interface Fault {
  path: (string | number)[];
  code: string;
  message: string;
}

/** Why a call was refused, as the service says it in `extensions`. */
export interface Problem {
  code: string;
  message: string;
  fields: Fault[];
  currentVersion?: number;
}

/** The extensions are no part of the schema, so that no type can be generated: here alone they get one. */
export function problemOf(error: unknown): Problem {
  const first = CombinedGraphQLErrors.is(error) ? error.errors[0] : undefined;
  if (!first) return { code: 'NO_ANSWER', message: 'The service cannot be reached. Try again.', fields: [] };
  return { fields: [], ...first.extensions, message: first.message } as unknown as Problem;
}

/** What is said about the input at exactly this path; undefined when nothing is. */
export const faultAt = (problem: Problem | null, ...path: (string | number)[]): string | undefined =>
  problem?.fields.find((fault) => JSON.stringify(fault.path) === JSON.stringify(path))?.message;
