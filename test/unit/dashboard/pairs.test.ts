import { findDoubledKeys, newPair, toMetadata, toPairs } from '../../../dashboard/src/shared/pairs.js';
import { faultAtKey, localProblem } from '../../../dashboard/src/shared/problem.js';
import * as rules from '../../../src/customer/model/rules.js';

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

it.each(['', 'x'.repeat(101), `${'x'.repeat(99)}\u{1f600} and more`])(
  'what the service and the page object to stands at the key as it was typed: %j',
  (key) => {
    const ofService = rules.metadata({ [key]: 'a' }).map((fault) => ({ ...fault, path: ['metadata', ...fault.path] }));
    expect(ofService).toHaveLength(1);
    expect(faultAtKey(localProblem('', ofService), key)).toBe(ofService[0]!.message);
    const ofPage = findDoubledKeys([newPair(key, 'a'), newPair(key, 'b')]);
    expect(faultAtKey(localProblem('', ofPage), key)).toBe('This key is there twice.');
    expect(faultAtKey(localProblem('', ofService), 'other')).toBeUndefined();
  },
);
