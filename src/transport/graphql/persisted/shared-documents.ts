import type { SharedRedis } from '../../limits/redis.js';
import { hashDocument } from './hash-document.js';

const KEPT_S = 24 * 60 * 60;

// The first digits of a hash choose one of 4,096 keys, so that documents of MAX_DOCUMENT_BYTES each take at most 64 MiB there,
// whatever callers register and whatever limits the Redis has. Documents with the same digits replace each other.
const SLOT_DIGITS = 3;

const slotOf = (hash: string): string => `avara-express:document:${hash.slice(0, SLOT_DIGITS)}`;

/**
 * The documents that any instance has registered in the last 24 hours. They only save callers a request: a Redis that is away
 * or hangs fails no call, and what it returns is used only if its hash is the one that was asked for.
 */
export class SharedDocuments {
  constructor(private readonly redis: SharedRedis) {}

  async find(hash: string): Promise<string | undefined> {
    if (!this.redis.isAvailable()) return undefined;
    try {
      const text = await this.redis.client.get(slotOf(hash));
      return text !== null && hashDocument(text) === hash ? text : undefined;
    } catch (error) {
      this.redis.reportFailure(error);
      return undefined;
    }
  }

  async keep(hash: string, text: string): Promise<void> {
    if (!this.redis.isAvailable()) return;
    try {
      await this.redis.client.set(slotOf(hash), text, 'EX', KEPT_S);
    } catch (error) {
      this.redis.reportFailure(error);
    }
  }
}
