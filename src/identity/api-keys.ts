import type { EntityManager } from 'typeorm';
import { ApiKeyEntity } from './api-key.entity.js';
import { IdentityError } from './identity-error.js';

/** A key's whole primary key. */
export interface ApiKeyReference {
  clinicId: string;
  apiKeyId: string;
}

/** The database's clock: the one by which keys expire. */
export async function getDatabaseTime(manager: EntityManager): Promise<Date> {
  const [{ now }] = await manager.query<[{ now: Date }]>('SELECT clock_timestamp() AS now');
  return now;
}

/** Locks a key's row until the transaction ends. @throws IdentityError when the clinic has no such key. */
export async function lockApiKey(manager: EntityManager, name: ApiKeyReference): Promise<ApiKeyEntity> {
  const key = await manager.findOne(ApiKeyEntity, { where: { ...name }, lock: { mode: 'pessimistic_write' } });
  if (!key) throw new IdentityError(`Clinic ${name.clinicId} has no key ${name.apiKeyId}. See keys list.`);
  return key;
}

/** A clinic's keys, oldest first. */
export const findApiKeys = (manager: EntityManager, clinicId: string): Promise<ApiKeyEntity[]> =>
  manager.find(ApiKeyEntity, { where: { clinicId }, order: { createdAt: 'ASC', apiKeyId: 'ASC' } });

/** Whether a key is accepted at a time. */
export function getKeyState({ revokedAt, expiresAt }: ApiKeyEntity, now: Date): 'active' | 'revoked' | 'expired' {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt <= now ? 'expired' : 'active';
}
