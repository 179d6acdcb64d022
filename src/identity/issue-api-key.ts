import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Scope } from './actor.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { formatApiKeyToken, hashSecret, generateSecret } from './api-key-token.js';

/** What of a key is given when it is created; the rest is made here or by the database. */
export interface NewApiKey extends Partial<
  Pick<
    ApiKeyEntity,
    'createdByApiKeyId' | 'createdByUserId' | 'idempotencyActorId' | 'idempotencyKey' | 'inputFingerprint'
  >
> {
  clinicId: string;
  scopes: Scope[];
  description: string;
  /** When it expires; without one, never. */
  expiresAt?: Date | null;
}

export interface IssuedApiKey {
  apiKeyId: string;
  /** Shown this once: the database stores a hash. */
  token: string;
}

/** Creates a key for a clinic that exists. */
export async function issueApiKey(manager: EntityManager, key: NewApiKey): Promise<IssuedApiKey> {
  const { clinicId } = key;
  const apiKeyId = randomUUID();
  const secret = generateSecret();
  await manager.insert(ApiKeyEntity, { expiresAt: null, ...key, apiKeyId, secretHash: hashSecret(secret) });
  return { apiKeyId, token: formatApiKeyToken({ clinicId, apiKeyId, secret }) };
}
