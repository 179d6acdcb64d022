import { toShownKey, type Fault } from './problem.js';

export type Metadata = Record<string, string>;

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

const isUsed = ({ key, value }: Pair): boolean => key !== '' || value !== '';

/** Rows as metadata; an empty row is none. */
export const toMetadata = (pairs: readonly Pair[]): Metadata =>
  Object.fromEntries(pairs.filter(isUsed).map(({ key, value }) => [key, value]));

/** An object holds a key once, so the service could not see that it was typed twice. */
export function findDoubledKeys(pairs: readonly Pair[]): Fault[] {
  const keys = pairs.filter(isUsed).map(({ key }) => key);
  return [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))].map((key) => ({
    path: ['metadata', toShownKey(key)],
    code: 'INVALID',
    message: 'This key is there twice.',
  }));
}

const valueOf = (metadata: Metadata, key: string): string | undefined =>
  Object.hasOwn(metadata, key) ? metadata[key] : undefined;

/** The keys whose values differ, with both values. */
export const findDifferences = (left: Metadata, right: Metadata) =>
  [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .map((key) => ({ key, left: valueOf(left, key), right: valueOf(right, key) }))
    .filter((difference) => difference.left !== difference.right);

/** Makes the change from `before` to `after` to other metadata: keys that the change does not touch survive. */
export function applyDifferences(before: Metadata, after: Metadata, to: Metadata): Metadata {
  const changed = new Map(findDifferences(before, after).map(({ key, right }) => [key, right]));
  const merged = [...Object.entries(to).filter(([key]) => !changed.has(key)), ...changed];
  return Object.fromEntries(merged.filter((pair): pair is [string, string] => pair[1] !== undefined));
}
