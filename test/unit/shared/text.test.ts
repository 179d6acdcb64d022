import { hasVisibleCharacter, isLongerThan, isStorable } from '../../../src/shared/text.js';

it.each(['a', '0', '医', '🏥', '.', ' x ', '\u200bx'])('%j has a visible character', (text) =>
  expect(hasVisibleCharacter(text)).toBe(true),
);

it.each([
  ['nothing', ''],
  ['white space', ' \t\u00a0\u1680\u2028\u3000'],
  ['controls', '\u0007\u0085'],
  ['formats', '\u200b\u200e\u202e\ufeff\u{e0001}'],
  ['what renderers may ignore', '\u034f\u115f\u17b4\u180b\u3164\ufe0f\uffa0\u{1bca0}\u{1d173}'],
  ['lone surrogates', '\ud800 \udc00'],
  ['noncharacters', '\ufdd0\ufdef\ufffe\uffff\u{1fffe}\u{10ffff}'],
  ['blanks and fillers of scripts', '\u2800\u{1d159}\u{16fe4}\u{13441}\u{13442}'],
  ['a placeholder of an object', '\ufffc'],
  ['joiners and stackers', '\u2d7f\u{1107f}\u1039\u17d2\u1a60\uaaf6\u{10a3f}\u{11133}\u{1193e}\u{11a47}\u{11a99}'],
])('has no visible character in %s, alone or together', (_title, text) => {
  for (const character of [text, ...text]) expect(hasVisibleCharacter(character)).toBe(false);
  expect(hasVisibleCharacter(`${text}a`)).toBe(true);
});

it.each(['\u2801', '\u{1d158}', '\u{13440}\u{13000}', 'e\u0301', '\u1000\u1039\u1000', '👩\u200d⚕\ufe0f', '\ufffd'])(
  '%j, a neighbour or a use of such a character, is visible',
  (text) => expect(hasVisibleCharacter(text)).toBe(true),
);

it('counts code points, not UTF-16 units', () => {
  expect(isLongerThan('🏥'.repeat(10), 10)).toBe(false);
  expect(isLongerThan('🏥'.repeat(11), 10)).toBe(true);
  expect(isLongerThan('a'.repeat(10), 10)).toBe(false);
  expect(isLongerThan('a'.repeat(11), 10)).toBe(true);
  expect(isLongerThan(`${'🏥'.repeat(5)}${'a'.repeat(6)}`, 10)).toBe(true);
  expect(isLongerThan('a'.repeat(1_000_000), 10)).toBe(true);
});

it('takes well-formed text without NUL as storable, and nothing else', () => {
  expect(isStorable('Zürich 🏥\n')).toBe(true);
  expect(isStorable('')).toBe(true);
  expect(isStorable('a\0')).toBe(false);
  expect(isStorable('\ud83c')).toBe(false);
  expect(isStorable('\udfe5\ud83c')).toBe(false);
});
