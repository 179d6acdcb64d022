import { findDoubledKeys, newPair, toMetadata, toPairs } from '../../../dashboard/src/shared/pairs.js';

it('empty rows are no pairs, and an empty value or key is one', () => {
  const pairs = [newPair(), newPair('a', ''), newPair('', 'b')];
  expect(toMetadata(pairs)).toEqual({ a: '', '': 'b' });
});

it('metadata becomes rows and metadata again', () => {
  expect(toMetadata(toPairs({ a: '1', b: '2' }))).toEqual({ a: '1', b: '2' });
});

it('a key that was typed twice is reported once, at its rows', () => {
  const pairs = [newPair('a', '1'), newPair('a', '2'), newPair('a', '3'), newPair('b', ''), newPair(), newPair()];
  expect(findDoubledKeys(pairs).map(({ path }) => path)).toEqual([['metadata', 'a']]);
});
