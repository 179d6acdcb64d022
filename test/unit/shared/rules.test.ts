import * as rules from '../../../src/shared/rules.js';

const codesOf = (faults: { path: (string | number)[]; code: string }[]) =>
  faults.map(({ path, code }) => [path.join('.'), code]);

describe('a page size', () => {
  it.each([1, 20, 100])('may be %p', (first) => expect(rules.pageSize(first)).toEqual([]));
  it.each([0, -1, 101, 1.5, NaN, Infinity, '5', null, undefined])('may not be %p', (first) =>
    expect(codesOf(rules.pageSize(first))).toEqual([['', 'INVALID']]),
  );
});

describe('a cursor', () => {
  it('is any string until the list is known', () => expect(rules.cursor('anything')).toEqual([]));
  it('is nothing but a string', () => expect(codesOf(rules.cursor(5))).toEqual([['', 'INVALID']]));
});
