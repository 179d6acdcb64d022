import { hash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import { tenantSlots } from '../database/tenant-slots.js';
import type { ApiKeyActor } from './actor.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { hashSecret, parseApiKeyToken, type ApiKeyToken } from './api-key-token.js';
import type { AuthenticationResult } from './authentication-result.js';

// A revoked key is refused everywhere within 5 s; half of that leaves room for a slow database.
const TRUSTED_FOR_MS = 2_500;
const REFUSED_FOR_MS = 5_000;
const MAX_REMEMBERED = 10_000;

// Look-ups of credentials that were never proven share the connections of one clinic, so that strangers with random keys
// take no more than a clinic can. No clinic has this id.
const UNPROVEN = 'unproven';

// Compared when there is no such key, so that an unknown key takes as long to refuse as a wrong secret.
const NO_HASH = Buffer.alloc(32);

type Refused = Extract<AuthenticationResult, { failure: object }>;

interface Proof {
  actor: ApiKeyActor;
  /** How long the key is still valid by the database's clock; null: without end. */
  msLeft: number | null;
}

async function findKey(dataSource: DataSource, { clinicId, apiKeyId }: ApiKeyToken) {
  const query = dataSource.manager
    .createQueryBuilder(ApiKeyEntity, 'key')
    .addSelect('(1000 * extract(epoch FROM key.expiresAt - clock_timestamp()))::float8', 'ms_left')
    .where('key.clinicId = :clinicId AND key.apiKeyId = :apiKeyId', { clinicId, apiKeyId });
  const { entities, raw } = await query.getRawAndEntities<{ ms_left: number | null }>();
  return { key: entities[0], msLeft: raw[0]?.ms_left ?? null };
}

async function prove(dataSource: DataSource, token: ApiKeyToken): Promise<Proof | Refused> {
  const { clinicId, apiKeyId, secret } = token;
  const { key, msLeft } = await findKey(dataSource, token);
  const isProven = timingSafeEqual(hashSecret(secret), key?.secretHash ?? NO_HASH);
  const refuse = (kind: 'unknown key' | 'wrong secret' | 'revoked' | 'expired') => ({
    failure: { kind, clinicId, apiKeyId },
  });
  if (!key) return refuse('unknown key');
  if (!isProven) return refuse('wrong secret');
  if (key.revokedAt) return refuse('revoked');
  if (msLeft !== null && msLeft <= 0) return refuse('expired');
  return { actor: { kind: 'api-key', clinicId, apiKeyId, scopes: key.scopes }, msLeft };
}

/**
 * Proves API keys. A proven key is trusted for 2.5 s from the moment its look-up began, so that a busy caller costs no
 * look-up per request, and never beyond its expiry, which the database's clock decides. A refused one is refused for 5 s
 * without another look-up. That never refuses a new key: both are remembered by a digest of the whole credential, whose 256
 * random bits nobody can send before it is issued; and what is revoked or has expired stays so.
 */
export class ApiKeyAuthenticator {
  private readonly trusted = new LRUCache<string, ApiKeyActor>({ max: MAX_REMEMBERED, ttl: TRUSTED_FOR_MS });
  private readonly refused = new LRUCache<string, Refused>({ max: MAX_REMEMBERED, ttl: REFUSED_FOR_MS });
  /** What was proven once, however long ago: its next look-up does not wait for those of strangers. */
  private readonly proven = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  private readonly lookUps = new Map<string, Promise<AuthenticationResult>>();

  constructor(
    private readonly dataSource: DataSource,
    /** Called for each call that a key has made. */
    private readonly recordUse: (actor: ApiKeyActor) => void,
  ) {}

  authenticate(bearer: string): AuthenticationResult | Promise<AuthenticationResult> {
    const digest = hash('sha256', bearer, 'base64');
    const known = this.trusted.get(digest);
    if (!known) return this.refused.get(digest) ?? this.read(bearer, digest);
    this.recordUse(known);
    return { actor: known };
  }

  private async read(bearer: string, digest: string): Promise<AuthenticationResult> {
    const token = parseApiKeyToken(bearer);
    if ('failure' in token) return token;
    const result = await this.lookUpOnce(digest, token);
    if ('actor' in result) this.recordUse(result.actor as ApiKeyActor);
    return result;
  }

  // Simultaneous calls share one look-up.
  private lookUpOnce(digest: string, token: ApiKeyToken): Promise<AuthenticationResult> {
    const running = this.lookUps.get(digest);
    if (running) return running;
    const lookUp = this.lookUp(digest, token).finally(() => this.lookUps.delete(digest));
    this.lookUps.set(digest, lookUp);
    return lookUp;
  }

  private async lookUp(digest: string, token: ApiKeyToken): Promise<AuthenticationResult> {
    const tenant = this.proven.has(digest) ? token.clinicId : UNPROVEN;
    const { proof, start } = await tenantSlots(this.dataSource).run(tenant, 'short', async () => ({
      start: performance.now(),
      proof: await prove(this.dataSource, token),
    }));
    if ('failure' in proof) {
      this.proven.delete(digest);
      this.refused.set(digest, proof);
      return proof;
    }
    const ttl = Math.floor(Math.min(TRUSTED_FOR_MS, proof.msLeft ?? Infinity));
    if (ttl > 0) this.trusted.set(digest, proof.actor, { ttl, start });
    this.proven.set(digest, true);
    return { actor: proof.actor };
  }
}
