import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Scope } from './actor.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { formatApiKeyToken, hashOfSecret, newSecret } from './api-key-token.js';

export interface NewApiKey {
  clinicId: string;
  scopes: Scope[];
  description: string;
  /** From then on it is refused; without one, never. */
  expiresAt?: Date | null;
}

export interface IssuedApiKey {
  apiKeyId: string;
  /** The only time it is known: the database keeps a hash. */
  token: string;
}

/** Makes a key for a clinic that exists. */
export async function issueApiKey(manager: EntityManager, key: NewApiKey): Promise<IssuedApiKey> {
  const { clinicId, scopes, description, expiresAt = null } = key;
  const apiKeyId = randomUUID();
  const secret = newSecret();
  const secretHash = hashOfSecret(secret);
  await manager.insert(ApiKeyEntity, { clinicId, apiKeyId, secretHash, scopes, description, expiresAt });
  return { apiKeyId, token: formatApiKeyToken({ clinicId, apiKeyId, secret }) };
}
