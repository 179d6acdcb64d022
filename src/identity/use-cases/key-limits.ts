import { IsNull, MoreThan, type EntityManager } from 'typeorm';
import { badUserInput } from '../../shared/app-error.js';
import { parseInstant } from '../../shared/instant.js';
import { fieldError } from '../../shared/rules.js';
import { ApiKeyEntity } from '../api-key.entity.js';
import { apiKeyLimitReached, MAX_ACTIVE_API_KEYS } from '../api-key-errors.js';
import type { ApiKeyManager } from './change-api-keys.js';

/**
 * The time of a valid text; null: never.
 * @param now what it must be later than, if anything.
 * @throws AppError BAD_USER_INPUT when it is not.
 */
export function parseExpiry(text: string | null | undefined, now?: Date): Date | null {
  const expiresAt = text === undefined || text === null ? null : parseInstant(text);
  if (expiresAt && now && expiresAt <= now)
    throw badUserInput([
      fieldError('INVALID', 'The key would expire in the past; choose a later time.', ['expiresAt']),
    ]);
  return expiresAt;
}

/**
 * Called after a key was created: the transaction is rolled back if there are too many. Operators have no limit.
 * @throws AppError API_KEY_LIMIT_REACHED.
 */
export async function requireRoom(manager: EntityManager, actor: ApiKeyManager, now: Date): Promise<void> {
  if (actor.kind === 'operator') return;
  const accepted = { clinicId: actor.clinicId, revokedAt: IsNull() };
  const count = await manager.countBy(ApiKeyEntity, [
    { ...accepted, expiresAt: IsNull() },
    { ...accepted, expiresAt: MoreThan(now) },
  ]);
  if (count > MAX_ACTIVE_API_KEYS) throw apiKeyLimitReached();
}
