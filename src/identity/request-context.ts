import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import { AppError } from '../shared/app-error.js';
import type { Actor, Scope } from './actor.js';

/** What travels with a request from the edge to the use case. */
export interface RequestContext {
  /** Names the request in the answer's errors, in its `x-request-id` header and in the logs. */
  requestId: string;
  /** Who calls; null when no valid credential came along. */
  actor: Actor | null;
  dataSource: DataSource;
  log: Logger;
}

/**
 * The first line of every use case: the actor, when it may do this.
 * @throws AppError UNAUTHENTICATED without an actor, FORBIDDEN naming the scope that the credential lacks.
 */
export function authorise({ actor }: RequestContext, scope: Scope): Actor {
  if (!actor) throw new AppError('UNAUTHENTICATED', 'A valid credential is needed.');
  if (!actor.scopes.includes(scope)) throw new AppError('FORBIDDEN', `The credential lacks the scope ${scope}.`);
  return actor;
}
