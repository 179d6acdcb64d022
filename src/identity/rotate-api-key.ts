import type { DataSource } from 'typeorm';
import { getDatabaseTime, lockApiKey, getKeyState, type ApiKeyReference } from './api-keys.js';
import { inTransaction } from '../database/in-transaction.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { IdentityError } from './identity-error.js';
import { issueApiKey, type IssuedApiKey } from './issue-api-key.js';

export interface Rotation {
  /** How long the old key still works alongside the new one. */
  overlapMs: number;
  /** When the new key expires; null: never. Required when the old key expires, so that a rotation never drops the expiry. */
  expiresAt?: (now: Date) => Date | null;
}

export interface RotatedApiKey extends IssuedApiKey {
  /** When the old key expires. */
  oldKeyEndsAt: Date;
}

/**
 * Creates a key with the same scopes and description and lets the old one expire after the overlap, by the database's clock:
 * until then both work, then only the new one. Atomic; an earlier expiry of the old key stays.
 * @throws IdentityError when there is no such key, when it no longer works, or when it expires and no expiry is given for the new one.
 */
export function rotateApiKey(
  dataSource: DataSource,
  name: ApiKeyReference,
  rotation: Rotation,
): Promise<RotatedApiKey> {
  return inTransaction(dataSource, name, async (manager) => {
    const old = await lockApiKey(manager, name);
    const now = await getDatabaseTime(manager);
    const state = getKeyState(old, now);
    if (state !== 'active')
      throw new IdentityError(`Key ${name.apiKeyId} is ${state}. Create a new one with keys create.`);
    if (old.expiresAt && !rotation.expiresAt)
      throw new IdentityError('This key expires. Set when the new one expires with --expires, or --expires never.');
    const { clinicId, scopes, description } = old;
    const expiresAt = rotation.expiresAt?.(now) ?? null;
    const issued = await issueApiKey(manager, { clinicId, scopes, description, expiresAt });
    const oldKeyEndsAt = new Date(Math.min(now.getTime() + rotation.overlapMs, old.expiresAt?.getTime() ?? Infinity));
    await manager.update(ApiKeyEntity, { ...name }, { expiresAt: oldKeyEndsAt });
    return { ...issued, oldKeyEndsAt };
  });
}
