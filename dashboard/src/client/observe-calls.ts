import { ApolloLink, Observable } from '@apollo/client';
import { print } from 'graphql';
import { problemOf, type Problem } from '../shared/problem.js';

/** A call as it was sent. */
export interface SentCall {
  name: string;
  document: string;
  variables: Record<string, unknown>;
}

export interface CallObserver {
  onSent(call: SentCall): void;
  /** Of a call that the service has answered: null where it did what was asked for. */
  onAnswered(problem: Problem | null): void;
  /** Of a call without an answer. */
  onLost(problem: Problem): void;
}

type Result = ApolloLink.Result;

/** Reports every call and what became of it. */
export const observeCalls = (observer: CallObserver): ApolloLink =>
  new ApolloLink((operation, forward) => {
    const { operationName, query, variables } = operation;
    observer.onSent({ name: operationName!, document: print(query), variables });
    return new Observable<Result>((subscriber) =>
      forward(operation).subscribe({
        next: (result) => {
          observer.onAnswered(
            result.errors?.length ? problemOf(Object.assign(new Error(), { errors: result.errors })) : null,
          );
          subscriber.next(result);
        },
        error: (error: unknown) => {
          const problem = problemOf(error);
          if (problem.code === 'NO_ANSWER') observer.onLost(problem);
          else observer.onAnswered(problem);
          subscriber.error(error);
        },
        complete: () => subscriber.complete(),
      }),
    );
  });
