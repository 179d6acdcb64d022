import type { EntityManager } from 'typeorm';
import { idempotencyKeyReused } from '../../shared/app-error.js';
import { hashJson } from '../../shared/hash-json.js';
import type { Scope } from '../actor.js';
import { ApiKeyEntity } from '../api-key.entity.js';
import type { CreateExpressApiKeyInput } from '../contract/api-key.inputs.js';
import { issueApiKey } from '../issue-api-key.js';
import { authorise, authoriseGrant } from '../request-context.js';
import {
  changeApiKeys,
  logApiKeyChange,
  toActorColumns,
  type ApiKeyContext,
  type ApiKeyManager,
} from './change-api-keys.js';
import { parseExpiry, requireRoom } from './key-limits.js';

/** A key as it is after a change. */
export interface ReadApiKey {
  key: ApiKeyEntity;
  /** When it was read, by the database's clock. */
  now: Date;
}

export interface CreatedApiKey extends ReadApiKey {
  /** Shown this once; null when an earlier call with the same idempotency key created the API key. */
  token: string | null;
}

/** What makes a create repeatable. */
interface Claim {
  idempotencyActorId: string;
  idempotencyKey: string;
  inputFingerprint: Buffer;
}

function toClaim(actor: ApiKeyManager, input: CreateExpressApiKeyInput, scopes: Scope[]): Claim | null {
  const { apiKeyId, userId } = toActorColumns(actor);
  const { idempotencyKey, description, expiresAt } = input;
  if (idempotencyKey === undefined || idempotencyKey === null) return null;
  const expiry = parseExpiry(expiresAt)?.toISOString() ?? null;
  return {
    idempotencyActorId: apiKeyId ?? userId ?? actor.kind,
    idempotencyKey,
    inputFingerprint: hashJson({ description, scopes, expiresAt: expiry }),
  };
}

async function findCreated(manager: EntityManager, clinicId: string, claim: Claim): Promise<ApiKeyEntity | null> {
  const { idempotencyActorId, idempotencyKey, inputFingerprint } = claim;
  const key = await manager.findOneBy(ApiKeyEntity, { clinicId, idempotencyActorId, idempotencyKey });
  if (key && !key.inputFingerprint!.equals(inputFingerprint)) throw idempotencyKeyReused();
  return key;
}

/**
 * Creates a key of the caller's clinic. Repeatable with an idempotency key, for as long as the key exists; the token is not
 * stored, so only the first call returns it.
 * @throws AppError UNAUTHENTICATED; FORBIDDEN without `keys:manage`, or for a scope that the caller lacks; BAD_USER_INPUT for an expiry
 * that is past; API_KEY_LIMIT_REACHED; IDEMPOTENCY_KEY_REUSED.
 */
export async function createExpressApiKey(
  context: ApiKeyContext,
  input: CreateExpressApiKeyInput,
): Promise<CreatedApiKey> {
  const actor = authorise(context, 'keys:manage');
  const scopes = [...new Set(input.scopes)].sort();
  authoriseGrant(context, actor, scopes);
  const claim = toClaim(actor, input, scopes);
  const { clinicId } = actor;
  const created = await changeApiKeys(context, actor, async (manager, now): Promise<CreatedApiKey> => {
    const known = claim && (await findCreated(manager, clinicId, claim));
    if (known) return { key: known, token: null, now };
    const expiresAt = parseExpiry(input.expiresAt, now);
    const { apiKeyId: createdByApiKeyId, userId: createdByUserId } = toActorColumns(actor);
    const issued = { clinicId, scopes, description: input.description, expiresAt, createdByApiKeyId, createdByUserId };
    const { apiKeyId, token } = await issueApiKey(manager, { ...issued, ...claim });
    await requireRoom(manager, actor, now);
    return { key: await manager.findOneByOrFail(ApiKeyEntity, { clinicId, apiKeyId }), token, now };
  });
  if (created.token !== null) logApiKeyChange(context, actor, { change: 'created', apiKeyId: created.key.apiKeyId });
  return created;
}
