import type { EntityManager } from 'typeorm';
import { inTransaction } from '../../database/in-transaction.js';
import { AppError } from '../../shared/app-error.js';
import type { Actor, OperatorActor } from '../actor.js';
import { getKeyState, ApiKeyEntity } from '../api-key.entity.js';
import { getDatabaseTime } from '../api-keys.js';
import { ClinicEntity } from '../clinic.entity.js';
import { requireClinic } from '../clinics.js';
import { logDenial } from '../denial-log.js';
import type { RequestContext } from '../request-context.js';

/** Who manages a clinic's keys. */
export type ApiKeyManager = Actor | OperatorActor;

/** What the use cases of keys know of the call: a request, or a command of an operator. */
export type ApiKeyContext = Omit<RequestContext, 'actor'> & { actor: ApiKeyManager | null };

/** The columns that say who did something; both null for an operator. */
export const toActorColumns = (actor: ApiKeyManager): { apiKeyId: string | null; userId: string | null } => ({
  apiKeyId: actor.kind === 'api-key' ? actor.apiKeyId : null,
  userId: actor.kind === 'user' ? actor.userId : null,
});

const lock = async (manager: EntityManager, clinicId: string): Promise<boolean> =>
  (await manager.query<unknown[]>('SELECT 1 FROM clinics WHERE clinic_id = $1 FOR NO KEY UPDATE', [clinicId])).length >
  0;

const CLINIC_OF_USERS = 'Created for the first API key of its dashboard users';

// The issuer vouches for the clinics of its users: they have no row here before their first key.
async function lockClinic(manager: EntityManager, { kind, clinicId }: ApiKeyManager): Promise<void> {
  if (await lock(manager, clinicId)) return;
  if (kind === 'operator') return requireClinic(manager, clinicId);
  const values = { clinicId, name: CLINIC_OF_USERS };
  await manager.createQueryBuilder().insert().into(ClinicEntity).values(values).orIgnore().execute();
  await lock(manager, clinicId);
}

// A request is authenticated by what its instance remembers for some seconds. A key that was revoked meanwhile must not leave
// another one behind.
async function requireAcceptedCaller(
  manager: EntityManager,
  { context, actor, now }: { context: ApiKeyContext; actor: ApiKeyManager; now: Date },
): Promise<void> {
  if (actor.kind !== 'api-key') return;
  const { clinicId, apiKeyId } = actor;
  const key = await manager.findOneBy(ApiKeyEntity, { clinicId, apiKeyId });
  const state = key ? getKeyState(key, now) : 'unknown key';
  if (state === 'active') return;
  logDenial(context, { kind: state, clinicId, apiKeyId }, apiKeyId);
  throw new AppError('UNAUTHENTICATED', 'A valid credential is needed.');
}

/**
 * Runs changes of a clinic's keys in one transaction, one after another: it holds the clinic's row until the commit.
 * @param work gets the database's time, by which keys expire.
 * @throws AppError UNAUTHENTICATED when the calling key was revoked or has expired; IdentityError when an operator names no clinic.
 */
export const changeApiKeys = <Result>(
  context: ApiKeyContext,
  actor: ApiKeyManager,
  work: (manager: EntityManager, now: Date) => Promise<Result>,
): Promise<Result> =>
  inTransaction(context.dataSource, { clinicId: actor.clinicId, signal: context.signal }, async (manager) => {
    await lockClinic(manager, actor);
    const now = await getDatabaseTime(manager);
    await requireAcceptedCaller(manager, { context, actor, now });
    return work(manager, now);
  });

/** Logs a committed change, for operators: who did what to which key. */
export function logApiKeyChange(
  { log, requestId }: ApiKeyContext,
  actor: ApiKeyManager,
  { apiKeyId, ...change }: { change: 'created' | 'rotated' | 'revoked'; apiKeyId: string; replacedByApiKeyId?: string },
): void {
  const { apiKeyId: actorApiKeyId, userId: actorUserId } = toActorColumns(actor);
  log.info({ ...change, clinicId: actor.clinicId, apiKeyId, actorApiKeyId, actorUserId, requestId }, 'API key changed');
}
