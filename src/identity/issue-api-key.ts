import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Scope } from './actor.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { formatApiKeyToken, hashSecret, generateSecret } from './api-key-token.js';

export interface NewApiKey {
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
  const { clinicId, scopes, description, expiresAt = null } = key;
  const apiKeyId = randomUUID();
  const secret = generateSecret();
  const secretHash = hashSecret(secret);
  await manager.insert(ApiKeyEntity, { clinicId, apiKeyId, secretHash, scopes, description, expiresAt });
  return { apiKeyId, token: formatApiKeyToken({ clinicId, apiKeyId, secret }) };
}
