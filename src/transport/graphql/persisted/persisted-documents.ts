import type { ApolloServerOptionsWithSchema } from '@apollo/server';
import { LRUCache } from 'lru-cache';
import type { HttpRequestContext } from '../../context.js';
import { hashDocument } from './hash-document.js';
import type { SharedDocuments } from './shared-documents.js';
import type { TrustedDocuments } from './trusted-documents.js';

/** Where Apollo Server looks up documents by hash, and registers them. */
type ApolloCache = NonNullable<
  Exclude<ApolloServerOptionsWithSchema<HttpRequestContext>['persistedQueries'], false | undefined>['cache']
>;

/** Estimated bytes of heap that all documents take together. */
const MAX_SIZE = 4 * 1024 * 1024;
const BYTES_PER_CHARACTER = 2;
const BYTES_PER_DOCUMENT = 400;

// Apollo Server puts it before each hash.
const APOLLO_PREFIX = 'apq:';

/**
 * Documents that clients name instead of sending them: trusted documents by their ids, and those that callers have registered by
 * their hash (automatic persisted queries). A document is registered once it was valid and only under its own hash, so that no
 * caller can put another document in its place. It is shared with the other instances where there is a Redis. The least recently
 * used are dropped when all together grow too large; clients then send the document again.
 */
export class PersistedDocuments {
  private readonly texts = new LRUCache<string, string>({
    maxSize: MAX_SIZE,
    sizeCalculation: ({ length }) => length * BYTES_PER_CHARACTER + BYTES_PER_DOCUMENT,
  });

  constructor(
    private readonly trusted: TrustedDocuments,
    private readonly shared: SharedDocuments | null,
  ) {}

  /** The document of an id or hash, if this instance has it. */
  find(hash: string): string | undefined {
    return this.trusted.find(hash) ?? this.texts.get(hash);
  }

  /** Whether a document has the id or hash that its caller says. */
  hasHash(text: string, hash: string): boolean {
    return this.find(hash) === text || hashDocument(text) === hash;
  }

  /** Registers a valid document under its own hash, also for the other instances, without waiting for them. */
  register(hash: string, text: string): void {
    if (this.find(hash) === text) return;
    this.texts.set(hash, text);
    void this.shared?.keep(hash, text);
  }

  /** The same documents for Apollo Server, which checks a document's hash and validity before it registers it. */
  readonly apolloCache: ApolloCache = {
    get: (key) => this.findAnywhere(key.slice(APOLLO_PREFIX.length)),
    set: async (key, text) => this.register(key.slice(APOLLO_PREFIX.length), text),
    delete: async (key) => this.texts.delete(key.slice(APOLLO_PREFIX.length)),
  };

  private async findAnywhere(hash: string): Promise<string | undefined> {
    const known = this.find(hash);
    if (known !== undefined || !this.shared) return known;
    const text = await this.shared.find(hash);
    if (text !== undefined) this.texts.set(hash, text);
    return text;
  }
}
