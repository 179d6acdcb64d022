import type { Metadata } from './express-customer.entity.js';

const byLengthThenBytes = (one: Buffer, other: Buffer): number =>
  one.length - other.length || Buffer.compare(one, other);

/**
 * Metadata with its pairs in the order in which the database (jsonb) returns them: shorter keys first, then by their UTF-8
 * bytes. So the answer to a write and a later read, which have the same ETag, are the same text.
 */
export function inStoredOrder(metadata: Metadata): Metadata {
  const pairs = Object.entries(metadata).map(([key, value]) => ({ key, value, bytes: Buffer.from(key) }));
  pairs.sort((one, other) => byLengthThenBytes(one.bytes, other.bytes));
  // From entries: assigning a key such as __proto__ would set no key at all.
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
