import { createHash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import type { Actor } from './actor.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { hashOfSecret, parseApiKeyToken, type ApiKeyToken } from './api-key-token.js';

// A revoked key is refused everywhere within 5 s; half of that leaves room for a slow database.
const TRUSTED_FOR_MS = 2_500;
const TRUSTED_AT_MOST = 10_000;

/** Tells who calls from an Authorization header; null when it proves nobody. */
export type Authenticate = (authorization: string | undefined) => Promise<Actor | null>;

const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];

// Compared when there is no such key, so that an unknown key takes as long to refuse as a wrong secret.
const NO_HASH = Buffer.alloc(32);

async function findActor(dataSource: DataSource, { clinicId, apiKeyId, secret }: ApiKeyToken): Promise<Actor | null> {
  const key = await dataSource.getRepository(ApiKeyEntity).findOneBy({ clinicId, apiKeyId });
  const proven = timingSafeEqual(hashOfSecret(secret), key?.secretHash ?? NO_HASH);
  if (!key || !proven || key.revokedAt) return null;
  return { kind: 'api-key', clinicId, apiKeyId, scopes: key.scopes };
}

/** Authenticates by API key. A proven key is trusted for 2.5 s, so that a busy caller costs no look-up per request. */
export function apiKeyAuthentication(dataSource: DataSource): Authenticate {
  const trusted = new LRUCache<string, Actor>({ max: TRUSTED_AT_MOST, ttl: TRUSTED_FOR_MS });
  return async (authorization) => {
    const bearer = bearerOf(authorization);
    const token = bearer === undefined ? null : parseApiKeyToken(bearer);
    if (!bearer || !token) return null;
    const digest = createHash('sha256').update(bearer).digest('base64');
    const known = trusted.get(digest);
    if (known) return known;
    const actor = await findActor(dataSource, token);
    if (actor) trusted.set(digest, actor);
    return actor;
  };
}
