import type { EntityManager } from 'typeorm';
import { badUserInput } from '../../shared/app-error.js';
import { fieldError } from '../../shared/rules.js';
import { apiKeyNotActive } from '../api-key-errors.js';
import { getKeyState, ApiKeyEntity } from '../api-key.entity.js';
import { getLockedApiKey } from '../api-keys.js';
import type { RotateExpressApiKeyInput } from '../contract/api-key.inputs.js';
import { issueApiKey } from '../issue-api-key.js';
import { authorise, authoriseGrant } from '../request-context.js';
import {
  changeApiKeys,
  logApiKeyChange,
  toActorColumns,
  type ApiKeyContext,
  type ApiKeyManager,
} from './change-api-keys.js';
import type { ReadApiKey } from './create-express-api-key.js';
import { parseExpiry, requireRoom } from './key-limits.js';

// Whoever rotates the key in hand and loses the answer still has this long to rotate again, with the old key.
const MIN_OWN_OVERLAP_SECONDS = 60;

export interface RotatedApiKey extends ReadApiKey {
  /** Shown this once. */
  token: string;
  /** The old key, which expires after the overlap. */
  replaced: ApiKeyEntity;
}

function requireRotatable(old: ApiKeyEntity, now: Date): void {
  const state = getKeyState(old, now);
  if (state !== 'active') throw apiKeyNotActive(state);
  if (old.replacedByApiKeyId !== null) throw apiKeyNotActive('replaced');
}

function requireFitting(old: ApiKeyEntity, actor: ApiKeyManager, input: RotateExpressApiKeyInput): void {
  const isOwn = actor.kind === 'api-key' && actor.apiKeyId === old.apiKeyId;
  const tooShort = `A key that rotates itself must overlap by at least ${MIN_OWN_OVERLAP_SECONDS} seconds.`;
  const noExpiry = 'This key expires, so set when the new one expires, or that it never does.';
  const faults = [
    ...(isOwn && input.overlapSeconds < MIN_OWN_OVERLAP_SECONDS
      ? [fieldError('INVALID', tooShort, ['overlapSeconds'])]
      : []),
    ...(old.expiresAt && input.expiresAt === undefined ? [fieldError('REQUIRED', noExpiry, ['expiresAt'])] : []),
  ];
  if (faults.length > 0) throw badUserInput(faults);
}

async function replace(
  manager: EntityManager,
  { old, actor, input, now }: { old: ApiKeyEntity; actor: ApiKeyManager; input: RotateExpressApiKeyInput; now: Date },
): Promise<RotatedApiKey> {
  const { clinicId, scopes, description } = old;
  const { apiKeyId: createdByApiKeyId, userId: createdByUserId } = toActorColumns(actor);
  const issued = { clinicId, scopes, description, createdByApiKeyId, createdByUserId };
  const expiresAt = parseExpiry(input.expiresAt, now);
  const { apiKeyId, token } = await issueApiKey(manager, { ...issued, expiresAt });
  const endsAt = Math.min(now.getTime() + input.overlapSeconds * 1_000, old.expiresAt?.getTime() ?? Infinity);
  const change = { expiresAt: new Date(endsAt), replacedByApiKeyId: apiKeyId };
  await manager.update(ApiKeyEntity, { clinicId, apiKeyId: old.apiKeyId }, change);
  await requireRoom(manager, actor, now);
  const key = await manager.findOneByOrFail(ApiKeyEntity, { clinicId, apiKeyId });
  return { key, replaced: { ...old, ...change }, token, now };
}

/**
 * Creates a key with the scopes and the description of another, which expires after the overlap, by the database's clock: until then
 * both work. Atomic; an earlier expiry of the old key stays. A key is rotated once, however many callers try.
 * @throws AppError UNAUTHENTICATED; FORBIDDEN without `keys:manage`, or if the key has a scope that the caller lacks; NOT_FOUND;
 * API_KEY_NOT_ACTIVE; BAD_USER_INPUT for an expiry that is past or missing; API_KEY_LIMIT_REACHED.
 */
export async function rotateExpressApiKey(
  context: ApiKeyContext,
  input: RotateExpressApiKeyInput,
): Promise<RotatedApiKey> {
  const actor = authorise(context, 'keys:manage');
  const rotated = await changeApiKeys(context, actor, async (manager, now) => {
    const old = await getLockedApiKey(manager, { clinicId: actor.clinicId, apiKeyId: input.apiKeyId });
    authoriseGrant(context, actor, old.scopes);
    requireRotatable(old, now);
    requireFitting(old, actor, input);
    return replace(manager, { old, actor, input, now });
  });
  const { apiKeyId } = rotated.replaced;
  logApiKeyChange(context, actor, { change: 'rotated', apiKeyId, replacedByApiKeyId: rotated.key.apiKeyId });
  return rotated;
}
