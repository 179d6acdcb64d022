import fc from 'fast-check';
import { foldForSearch } from '../../../src/customer/model/fold-for-search.js';

const CHARACTERS = [
  ...'aZ09 %_\\-.',
  ...'éÉüÜñçŠžőŁłØøßẞæŒđÐþıİſŉǰ',
  ...'ΣσςΆώΐЙйЁёԱա',
  ...'がカガパ東京㈱㍿ｱ한국하각',
  ...'กำที่हिन्दी',
  ...'שָׁלוֹםمُحَمَّد',
  ...'ﬁ№Åµ𝐀𝒷😀',
  'e\u0301',
  'q\u0323\u0307',
];
const text = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 12 }).map((parts) => parts.join(''));

describe('folding a name for search', () => {
  it.each([
    ['Zürich', 'zurich'],
    ['ŁÓDŹ', 'lodz'],
    ['İstanbul', 'istanbul'],
    ['ISPARTA', 'isparta'],
    ['Straße', 'strasse'],
    ['STRAẞE', 'strasse'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδός', 'οδοσ'],
    ['Ærø', 'aero'],
    ['ﬁne', 'fine'],
    ['①', '1'],
    ['ＡＢＣ', 'abc'],
    ['Ångström', 'angstrom'],
    ['Radio\u00adlogy\u200b', 'radiology'],
    ['שָׁלוֹם', 'שלום'],
    ['مُحَمَّد', 'محمد'],
  ])('takes %s for %s', (written, folded) => {
    expect(foldForSearch(written)).toBe(folded);
  });

  it('takes the composed and the decomposed spelling of a name for the same', () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(foldForSearch(name.normalize('NFD'))).toBe(foldForSearch(name.normalize('NFC')));
      }),
    );
  });

  it('keeps what are letters and not accents: vowel signs, voiced kana, whole Korean syllables', () => {
    expect(foldForSearch('ที่')).not.toBe(foldForSearch('ท'));
    expect(foldForSearch('दि')).not.toBe(foldForSearch('द'));
    expect(foldForSearch('が')).not.toBe(foldForSearch('か'));
    expect(foldForSearch('한국')).toBe('한국');
    expect(foldForSearch('한국')).not.toContain(foldForSearch('하'));
  });

  it('finds in a name the fold of each of its parts', () => {
    fc.assert(
      fc.property(text, text, text, (before, part, after) => {
        // A mark at the part's beginning belongs to the character before it, and is no part of its own.
        fc.pre(!/^\p{M}/u.test(after.normalize('NFKD')) && !/^\p{M}/u.test(part.normalize('NFKD')));
        expect(foldForSearch(before + part + after)).toContain(foldForSearch(part));
      }),
    );
  });

  it('changes nothing more the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(foldForSearch(foldForSearch(name))).toBe(foldForSearch(name));
      }),
    );
  });

  it('gives the same for upper and lower case', () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(foldForSearch(name.toUpperCase())).toBe(foldForSearch(name));
        expect(foldForSearch(name.toLowerCase())).toBe(foldForSearch(name));
      }),
    );
  });
});
