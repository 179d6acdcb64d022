import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import { AppError } from '../shared/app-error.js';
import type { ReadBudget } from '../shared/read-budget.js';
import { actorId, type Actor, type Scope } from './actor.js';
import { logDenial } from './denial-log.js';

/** What a use case knows of the request that calls it. */
export interface RequestContext {
  /** Names the request in the answer's errors, in its `x-request-id` header and in the logs. */
  requestId: string;
  /** Who calls; null when no valid credential came along. */
  actor: Actor | null;
  dataSource: DataSource;
  log: Logger;
  /** Aborted with an AppError when the caller hangs up before its answer is complete; absent where nobody can. */
  signal?: AbortSignal | undefined;
  /** What is logged of the request; `operation` names what it called. */
  outcome: { operation?: string };
  /** What it may still read for its answer; none for callers who hold one page at a time, such as the command line. */
  readBudget?: ReadBudget;
}

function forbidden(context: RequestContext, actor: Actor, scope: Scope): AppError {
  const who = actor.kind === 'api-key' ? { apiKeyId: actor.apiKeyId } : { userId: actor.userId };
  logDenial(context, { kind: 'forbidden', clinicId: actor.clinicId, ...who, scope }, actorId(actor));
  return new AppError('FORBIDDEN', `The credential lacks the scope ${scope}.`);
}

/**
 * The first line of every use case: the actor, when it may do this.
 * @throws AppError UNAUTHENTICATED without an actor, FORBIDDEN naming the scope that the credential lacks.
 */
export function authorise(context: RequestContext, scope: Scope): Actor {
  const { actor } = context;
  if (!actor) throw new AppError('UNAUTHENTICATED', 'A valid credential is needed.');
  if (!actor.scopes.includes(scope)) throw forbidden(context, actor, scope);
  return actor;
}
