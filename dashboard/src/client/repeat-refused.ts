import type { ApolloLink } from '@apollo/client';
import { ErrorLink } from '@apollo/client/link/error';
import { from, switchMap } from 'rxjs';
import type { Credential } from '../session/session.js';
import { problemOf } from '../shared/problem.js';

const tokenOf = (operation: ApolloLink.Operation): string => {
  const { authorization = '' } = operation.getContext().headers as Record<string, string>;
  return authorization.replace('Bearer ', '');
};

/** Repeats a call once whose token was refused, with the one that took its place, where the credential can wait for another. */
export const repeatRefused = (credential: Credential): ErrorLink =>
  new ErrorLink(({ error, operation, forward }) => {
    if (!credential.replace || problemOf(error).code !== 'UNAUTHENTICATED') return;
    return from(credential.replace(tokenOf(operation))).pipe(switchMap(() => forward(operation)));
  });
