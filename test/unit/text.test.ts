import { hasVisibleCharacter, isLongerThan, isStorable } from '../../src/shared/text.js';

it.each(['a', '0', '医', '🏥', '.', ' x ', '\u200bx'])('%j has a visible character', (text) =>
  expect(hasVisibleCharacter(text)).toBe(true),
);

it.each(['', ' ', '\u0007', '\u2028', '\u202e', '\ufe0f', '\u115f', '\u{e0001}'])('%j has none', (text) =>
  expect(hasVisibleCharacter(text)).toBe(false),
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
