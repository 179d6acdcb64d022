import { SCOPES } from '../../../src/identity/actor.js';
import * as rules from '../../../src/identity/contract/api-key-rules.js';

const codesOf = (faults: { path: (string | number)[]; code: string }[]) =>
  faults.map(({ path, code }) => [path.join('.'), code]);

describe('a description', () => {
  it.each(['a', 'x'.repeat(500), '🏥'.repeat(500), '  a  '])('may be %j', (description) => {
    expect(rules.apiKeyDescription(description)).toEqual([]);
  });
  it.each([
    [undefined, 'REQUIRED'],
    [null, 'REQUIRED'],
    [5, 'INVALID'],
    ['', 'BLANK'],
    [' \u200b', 'BLANK'],
    ['a\0', 'INVALID'],
    ['a\ud800', 'INVALID'],
    ['x'.repeat(501), 'TOO_LONG'],
  ])('may not be %j', (description, code) => {
    expect(codesOf(rules.apiKeyDescription(description))).toEqual([['', code]]);
  });
});

describe('scopes', () => {
  it.each([[[...SCOPES]], [['express:read', 'express:read']]])('may be %j', (scopes) => {
    expect(rules.apiKeyScopes(scopes)).toEqual([]);
  });
  it.each([
    [undefined, [['', 'INVALID']]],
    ['express:read', [['', 'INVALID']]],
    [[], [['', 'INVALID']]],
    [
      [null, 'express:read', 'EXPRESS:READ', 'express:read '],
      [
        ['0', 'INVALID'],
        ['2', 'INVALID'],
        ['3', 'INVALID'],
      ],
    ],
  ])('may not be %j', (scopes, expected) => {
    expect(codesOf(rules.apiKeyScopes(scopes))).toEqual(expected);
  });
});

describe('an overlap', () => {
  it.each([0, 60, 2_592_000])('may be %d seconds', (seconds) => expect(rules.overlapSeconds(seconds)).toEqual([]));
  it.each([-1, 2_592_001, 0.5, NaN, '60', null, undefined])('may not be %p', (seconds) =>
    expect(codesOf(rules.overlapSeconds(seconds))).toEqual([['', 'INVALID']]),
  );
});

it('takes any string as the id of a key that may be unknown', () => {
  expect(['', 'x', 'ffffffff-ffff-4fff-8fff-ffffffffffff'].map(rules.apiKeyId)).toEqual([[], [], []]);
  expect([undefined, null, 5].map((id) => codesOf(rules.apiKeyId(id)))).toEqual([
    [['', 'REQUIRED']],
    [['', 'REQUIRED']],
    [['', 'INVALID']],
  ]);
});

it('repeats no value in any message', () => {
  const canary = 'Wilhelmina Musterfrau';
  const values = [canary, `${canary}\0`, canary.repeat(100), [canary], [[canary]], { a: canary }];
  for (const rule of Object.values(rules))
    for (const value of values) expect(JSON.stringify(rule(value))).not.toContain(canary.slice(0, 10));
});
