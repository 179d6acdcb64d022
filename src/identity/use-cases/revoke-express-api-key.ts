import { apiKeyInUse } from '../api-key-errors.js';
import { ApiKeyEntity } from '../api-key.entity.js';
import { getLockedApiKey } from '../api-keys.js';
import type { RevokeExpressApiKeyInput } from '../contract/api-key.inputs.js';
import { authorise } from '../request-context.js';
import { changeApiKeys, logApiKeyChange, toActorColumns, type ApiKeyContext } from './change-api-keys.js';
import type { ReadApiKey } from './create-express-api-key.js';

/**
 * Revokes a key for good; every instance refuses it within 5 s. It may be repeated: a revoked key stays as it is. Any key of the
 * clinic but the one that makes the call, which could leave nobody to create another.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `keys:manage`, NOT_FOUND, API_KEY_IN_USE.
 */
export async function revokeExpressApiKey(
  context: ApiKeyContext,
  input: RevokeExpressApiKeyInput,
): Promise<ReadApiKey> {
  const actor = authorise(context, 'keys:manage');
  const { isChanged, ...revoked } = await changeApiKeys(context, actor, async (manager, now) => {
    const key = await getLockedApiKey(manager, { clinicId: actor.clinicId, apiKeyId: input.apiKeyId });
    if (actor.kind === 'api-key' && actor.apiKeyId === key.apiKeyId) throw apiKeyInUse();
    if (key.revokedAt) return { key, now, isChanged: false };
    const { apiKeyId: revokedByApiKeyId, userId: revokedByUserId } = toActorColumns(actor);
    const change = { revokedAt: now, revokedByApiKeyId, revokedByUserId };
    const { clinicId, apiKeyId } = key;
    await manager.update(ApiKeyEntity, { clinicId, apiKeyId }, change);
    return { key: { ...key, ...change }, now, isChanged: true };
  });
  if (isChanged) logApiKeyChange(context, actor, { change: 'revoked', apiKeyId: revoked.key.apiKeyId });
  return revoked;
}
