import type { DataSource } from 'typeorm';
import { ApiKeyEntity } from './api-key.entity.js';
import { databaseTime, lockApiKey, type ApiKeyName } from './api-keys.js';

/**
 * Refuses a key for good, on every instance within 5 s. Repeating it changes nothing.
 * @throws IdentityError when the clinic has no such key.
 */
export function revokeApiKey(dataSource: DataSource, name: ApiKeyName): Promise<ApiKeyEntity> {
  return dataSource.transaction(async (manager) => {
    const key = await lockApiKey(manager, name);
    if (key.revokedAt) return key;
    const revokedAt = await databaseTime(manager);
    await manager.update(ApiKeyEntity, { ...name }, { revokedAt });
    return { ...key, revokedAt };
  });
}
