import type { Pair } from './pairs.js';

/** What a person writes of a customer, as the fields of both forms hold it. */
export interface CustomerDraft {
  name: string;
  reference: string;
  pairs: Pair[];
}
