import type { DataSource } from 'typeorm';
import { databaseTime, lockApiKey, stateOf, type ApiKeyName } from './api-keys.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { IdentityError } from './identity-error.js';
import { issueApiKey, type IssuedApiKey } from './issue-api-key.js';

export interface Rotation {
  /** How long the old key still works beside the new one. */
  overlapMs: number;
  /** When the new key ends; null: never. Must be given for an old key that ends: the new one shall not outlive by accident. */
  expiresAt?: (now: Date) => Date | null;
}

export interface RotatedApiKey extends IssuedApiKey {
  /** Until when the old key works. */
  oldKeyEndsAt: Date;
}

/**
 * Makes a key with the same scopes and description and lets the old one end after the overlap, by the database's clock:
 * until then both work, then only the new one. Atomic; an end that was nearer stays.
 * @throws IdentityError when there is no such key, when it no longer works, or when it ends and the new one's end is not said.
 */
export function rotateApiKey(dataSource: DataSource, name: ApiKeyName, rotation: Rotation): Promise<RotatedApiKey> {
  return dataSource.transaction(async (manager) => {
    const old = await lockApiKey(manager, name);
    const now = await databaseTime(manager);
    const state = stateOf(old, now);
    if (state !== 'active')
      throw new IdentityError(`Key ${name.apiKeyId} is ${state}. Make a new one with keys create.`);
    if (old.expiresAt && !rotation.expiresAt)
      throw new IdentityError('This key has an end. Say when the new one ends with --expires, or --expires never.');
    const { clinicId, scopes, description } = old;
    const expiresAt = rotation.expiresAt?.(now) ?? null;
    const issued = await issueApiKey(manager, { clinicId, scopes, description, expiresAt });
    const oldKeyEndsAt = new Date(Math.min(now.getTime() + rotation.overlapMs, old.expiresAt?.getTime() ?? Infinity));
    await manager.update(ApiKeyEntity, { ...name }, { expiresAt: oldKeyEndsAt });
    return { ...issued, oldKeyEndsAt };
  });
}
