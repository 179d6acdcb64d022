import { LRUCache } from 'lru-cache';

/** What the tries of one call have in common; several calls may have it in common too. */
export interface CallIdentity {
  clinicId: string;
  actorId: string;
  /** Distinguishes the input from every other input. */
  fingerprint: Buffer;
}

/** Names the identity: the advisory lock that its tries take, and its entry in memory. */
export const lockKey = ({ clinicId, actorId, fingerprint }: CallIdentity): string =>
  [clinicId, actorId, fingerprint.toString('base64')].join(' ');

// A client library repeats a refused try after at most `Retry-After`, which is less than a minute.
const REFUSED_LIFETIME_MS = 60_000;
const MAX_REFUSED = 10_000;

/**
 * What one process knows of the tries of creates without an idempotency key, by caller and body: originals that are still at
 * work or waiting for a batch, and tries that were refused before anything was created for them.
 */
export class TriesInMemory {
  private readonly originals = new Map<string, Set<Promise<unknown>>>();
  private readonly refused = new LRUCache<string, number[]>({ max: MAX_REFUSED, ttl: REFUSED_LIFETIME_MS });

  /** Lets retries wait for an original until it has ended. */
  async holdOriginal<T>(key: string, original: Promise<T>): Promise<T> {
    const held = this.originals.get(key) ?? new Set();
    this.originals.set(key, held.add(original));
    try {
      return await original;
    } finally {
      held.delete(original);
      if (held.size === 0 && this.originals.get(key) === held) this.originals.delete(key);
    }
  }

  /** Waits for the originals that are held now, however they end. */
  async waitForOriginals(key: string): Promise<void> {
    await Promise.allSettled([...(this.originals.get(key) ?? [])]);
  }

  /** Remembers a try that was refused, as every earlier try of its call was. */
  addRefused(key: string, retryCount: number): void {
    this.refused.set(key, [...(this.refused.get(key) ?? []), retryCount]);
  }

  /** Forgets a refused try, since its retry has come. @returns whether there was one. */
  takeRefused(key: string, retryCount: number): boolean {
    const refused = this.refused.get(key) ?? [];
    const found = refused.indexOf(retryCount);
    if (found === -1) return false;
    const others = refused.toSpliced(found, 1);
    if (others.length > 0) this.refused.set(key, others);
    else this.refused.delete(key);
    return true;
  }
}
