import * as rules from '../../../src/customer/model/rules.js';
import * as sharedRules from '../../../src/shared/rules.js';
import type { Rule } from '../../../src/shared/validation.js';

const codesOf = (faults: { path: (string | number)[]; code: string }[]) =>
  faults.map(({ path, code }) => [path.join('.'), code]);

describe('a customer name', () => {
  it.each([
    ['a letter', 'a'],
    ['500 code points', 'x'.repeat(500)],
    ['500 code points outside the basic plane', '🏥'.repeat(500)],
    ['spaces around a visible character', '  a  '],
    ['right-to-left text', 'مستشفى'],
    ['a combining mark', 'e\u0301'],
  ])('may be %s', (_title, name) => {
    expect(rules.expressCustomerName(name)).toEqual([]);
  });

  it.each([
    ['undefined', undefined, 'REQUIRED'],
    ['null', null, 'REQUIRED'],
    ['a number', 5, 'INVALID'],
    ['an array', ['a'], 'INVALID'],
    ['empty', '', 'BLANK'],
    ['only white space', ' \t\n\u00a0\u3000', 'BLANK'],
    ['only zero-width characters', '\u200b\u200d\u2060\ufeff', 'BLANK'],
    ['only a Hangul filler', '\u3164', 'BLANK'],
    ['only blanks of Braille, music and hieroglyphs', '\u2800\u{1d159}\u{13441}', 'BLANK'],
    ['only noncharacters', '\uffff', 'BLANK'],
    ['only tag characters', '\u{e0041}', 'BLANK'],
    ['501 code points', 'x'.repeat(501), 'TOO_LONG'],
    ['501 code points outside the basic plane', '🏥'.repeat(501), 'TOO_LONG'],
    ['text with a NUL character', 'a\0b', 'INVALID'],
    ['text with a lone high surrogate', 'a\ud800', 'INVALID'],
    ['text with a lone low surrogate', '\udc00a', 'INVALID'],
  ])('may not be %s', (_title, name, code) => {
    expect(codesOf(rules.expressCustomerName(name))).toEqual([['', code]]);
  });
});

describe('an external reference', () => {
  it.each([
    ['a letter', 'a'],
    ['255 code points outside the basic plane', '🏥'.repeat(255)],
    ['spaces around a visible character', '  a  '],
  ])('may be %s', (_title, reference) => {
    expect(rules.externalReferenceId(reference)).toEqual([]);
  });

  it.each([
    ['undefined', undefined, 'REQUIRED'],
    ['a number', 5, 'INVALID'],
    ['empty', '', 'BLANK'],
    ['only white space', ' \t\u00a0', 'BLANK'],
    ['256 code points', 'x'.repeat(256), 'TOO_LONG'],
    ['text with a NUL character', 'a\0b', 'INVALID'],
    ['text with a lone surrogate', 'a\ud800', 'INVALID'],
  ])('may not be %s', (_title, reference, code) => {
    expect(codesOf(rules.externalReferenceId(reference))).toEqual([['', code]]);
  });
});

const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, 'v']));

describe('metadata', () => {
  it.each([
    ['empty', {}],
    ['50 pairs', pairs(50)],
    ['a key of 100 and a value of 1000 code points', { ['🏥'.repeat(100)]: '🏥'.repeat(1000) }],
    ['an empty value', { key: '' }],
    ['keys that objects have by themselves', JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}')],
  ])('may be %s', (_title, metadata) => {
    expect(rules.metadata(metadata)).toEqual([]);
  });

  it.each([
    ['null', null],
    ['an array', ['a']],
    ['a string', '{}'],
    ['a number', 1],
  ])('may not be %s', (_title, metadata) => {
    expect(codesOf(rules.metadata(metadata))).toEqual([['', 'INVALID']]);
  });

  it('may not have 51 pairs', () => {
    expect(codesOf(rules.metadata(pairs(51)))).toEqual([['', 'TOO_MANY']]);
  });

  it('with more than 50 pairs has its other faults named too', () => {
    const metadata = { ...pairs(49), '': 'v', number: 1 };
    expect(codesOf(rules.metadata(metadata))).toEqual([
      ['', 'TOO_MANY'],
      ['', 'BLANK'],
      ['number', 'INVALID'],
    ]);
  });

  it('reports every broken pair together, each at its key', () => {
    const long = 'k'.repeat(101);
    const metadata = {
      number: 1,
      nothing: null,
      nested: { a: 'b' },
      list: ['a'],
      long: 'v'.repeat(1001),
      nul: '\0',
      surrogate: '\ud800',
      '': 'v',
      [long]: 'v',
      'k\0': 'v',
    };
    expect(codesOf(rules.metadata(metadata))).toEqual([
      ['number', 'INVALID'],
      ['nothing', 'INVALID'],
      ['nested', 'INVALID'],
      ['list', 'INVALID'],
      ['long', 'TOO_LONG'],
      ['nul', 'INVALID'],
      ['surrogate', 'INVALID'],
      ['', 'BLANK'],
      [long.slice(0, 100), 'TOO_LONG'],
      ['k\0', 'INVALID'],
    ]);
  });

  it('refuses __proto__ with a value that is no string, and changes no prototype', () => {
    const metadata: unknown = JSON.parse('{"__proto__":{"isAdmin":"yes"}}');
    expect(codesOf(rules.metadata(metadata))).toEqual([['__proto__', 'INVALID']]);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });
});

it.each([
  [100, []],
  [101, [['', 'TOO_MANY']]],
])('of %d keys to unset, at most 100 are taken', (count, expected) => {
  expect(codesOf(rules.metadataKeys(Array.from({ length: count }, (_, n) => `key ${n}`)))).toEqual(expected);
});

describe('no message repeats a value', () => {
  const canary = 'Wilhelmina Musterfrau';
  const values = [
    canary,
    `${canary}\0`,
    `${canary}\ud800`,
    canary.repeat(100),
    [canary],
    [[canary]],
    { a: canary.repeat(100), b: [canary], c: `${canary}\ud800` },
  ];
  const all = Object.entries({ ...sharedRules, ...rules }).filter(
    (entry): entry is [string, Rule] => 'schema' in entry[1],
  );

  it('whatever the rule', () => expect(all.length).toBeGreaterThan(8));

  it.each(all)('%s', (_name, rule) => {
    const faults = values.flatMap((value) => rule(value));
    expect(faults.length).toBeGreaterThan(0);
    expect(JSON.stringify(faults)).not.toContain(canary);
  });
});
