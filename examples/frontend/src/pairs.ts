import type { Fault } from './problem';

export type Metadata = Record<string, string>;
/** A customer's metadata as it was read, and the version that had it. */
export interface Read {
  id: string;
  version: number;
  metadata: Metadata;
}
/** A row of the metadata inputs. Its number distinguishes rows while their keys are being typed. */
export interface Pair {
  row: number;
  key: string;
  value: string;
}

let rows = 0;
export const newPair = (key = '', value = ''): Pair => ({ row: ++rows, key, value });
export const toPairs = (metadata: Metadata): Pair[] =>
  Object.entries(metadata).map(([key, value]) => newPair(key, value));

const isUsed = ({ key, value }: Pair) => key !== '' || value !== '';
export const toMetadata = (pairs: Pair[]): Metadata =>
  Object.fromEntries(pairs.filter(isUsed).map(({ key, value }) => [key, value]));

/** An object holds a key once, so the service could not see that it was typed twice. */
export function doubledKeys(pairs: Pair[], field: string): Fault[] {
  const keys = pairs.filter(isUsed).map(({ key }) => key);
  return [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))].map((key) => ({
    path: [field, key],
    code: 'INVALID',
    message: 'This key is there twice.',
  }));
}

const valueOf = (metadata: Metadata, key: string) => (Object.hasOwn(metadata, key) ? metadata[key] : undefined);

/** The keys whose values differ, with both values. */
export const differences = (left: Metadata, right: Metadata) =>
  [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .map((key) => ({ key, left: valueOf(left, key), right: valueOf(right, key) }))
    .filter((difference) => difference.left !== difference.right);

export interface Edit {
  set: Metadata;
  unset: string[];
}

/** What to set and to unset so that `before` becomes `after`; keys that stay are not sent. */
export function edit(before: Metadata, after: Metadata): Edit {
  const changed = differences(before, after);
  return {
    set: Object.fromEntries(changed.flatMap(({ key, right }) => (right === undefined ? [] : [[key, right]]))),
    unset: changed.filter(({ right }) => right === undefined).map(({ key }) => key),
  };
}

/** What an edit makes of other metadata than it was made for: keys that it does not name survive. */
export const applied = (metadata: Metadata, { set, unset }: Edit): Metadata =>
  Object.fromEntries([...Object.entries(metadata), ...Object.entries(set)].filter(([key]) => !unset.includes(key)));
