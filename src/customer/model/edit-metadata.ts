import type { Metadata } from './express-customer.entity.js';

/** Metadata with some pairs set and some keys removed; absent keys are ignored. */
export function editMetadata(metadata: Metadata, set: Metadata, unset: string[]): Metadata {
  const removed = new Set(unset);
  // From entries: assigning a key such as __proto__ would set no key at all.
  return Object.fromEntries([...Object.entries(metadata).filter(([key]) => !removed.has(key)), ...Object.entries(set)]);
}
