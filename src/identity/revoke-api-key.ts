import type { DataSource } from 'typeorm';
import { inTransaction } from '../database/in-transaction.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { getDatabaseTime, lockApiKey, type ApiKeyReference } from './api-keys.js';

/**
 * Revokes a key for good; every instance rejects it within 5 s. Repeating it changes nothing.
 * @throws IdentityError when the clinic has no such key.
 */
export function revokeApiKey(dataSource: DataSource, name: ApiKeyReference): Promise<ApiKeyEntity> {
  return inTransaction(dataSource, name, async (manager) => {
    const key = await lockApiKey(manager, name);
    if (key.revokedAt) return key;
    const revokedAt = await getDatabaseTime(manager);
    await manager.update(ApiKeyEntity, { ...name }, { revokedAt });
    return { ...key, revokedAt };
  });
}
