import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import { AppError } from '../shared/app-error.js';
import type { Cancellation } from '../shared/concurrency/cancellation.js';
import type { ReadBudget } from '../shared/concurrency/read-budget.js';
import type { Actor, OperatorActor, Scope } from './actor.js';
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
  signal?: Cancellation | undefined;
  /** What is logged of the request; `operation` names what it called. */
  outcome: { operation?: string };
  /** What it may still read for its answer; none for callers who hold one page at a time, such as the command line. */
  readBudget?: ReadBudget;
}

/** Any caller, also the operator on the command line, whom only the use cases of keys know. */
type AnyContext<Caller> = Omit<RequestContext, 'actor'> & { actor: Caller | null };

const toPublicId = (actor: Actor | OperatorActor): { apiKeyId?: string; userId?: string } => {
  if (actor.kind === 'api-key') return { apiKeyId: actor.apiKeyId };
  return actor.kind === 'user' ? { userId: actor.userId } : {};
};

function forbidden<Caller extends Actor | OperatorActor>(
  context: AnyContext<Caller>,
  actor: Caller,
  { scope, purpose = '' }: { scope: Scope; purpose?: string },
): AppError {
  const who = toPublicId(actor);
  const { clinicId } = actor;
  logDenial(context, { kind: 'forbidden', clinicId, ...who, scope }, who.apiKeyId ?? who.userId ?? clinicId);
  return new AppError('FORBIDDEN', `The credential lacks the scope ${scope}${purpose}.`);
}

/**
 * The first line of every use case: the actor, when it may do this.
 * @throws AppError UNAUTHENTICATED without an actor, FORBIDDEN naming the scope that the credential lacks.
 */
export function authorise<Caller extends Actor | OperatorActor>(context: AnyContext<Caller>, scope: Scope): Caller {
  const { actor } = context;
  if (!actor) throw new AppError('UNAUTHENTICATED', 'A valid credential is needed.');
  if (!actor.scopes.includes(scope)) throw forbidden(context, actor, { scope });
  return actor;
}

/**
 * Nobody gives away what they do not have: a caller that made a key with more scopes than its own would have those scopes too.
 * @throws AppError FORBIDDEN naming the first scope that the credential lacks.
 */
export function authoriseGrant<Caller extends Actor | OperatorActor>(
  context: AnyContext<Caller>,
  actor: Caller,
  scopes: readonly Scope[],
): void {
  for (const scope of scopes)
    if (!actor.scopes.includes(scope))
      throw forbidden(context, actor, { scope, purpose: ', so it makes no key that has it' });
}
