// Letters that Unicode does not decompose into a plain letter and a mark, though readers take them for the plain one.
const PLAIN: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ŧ: 't',
  þ: 'th',
  // The same letter; which of the two lower-casing gives depends on where in the word it stands.
  ς: 'σ',
};

// The marks that many scripts share, and the points of Hebrew, are accents. Vowel signs of Thai or Hindi are letters, and
// so is the mark that makes the Japanese か (ka) a が (ga); those stay.
const ACCENTS = /(?![\u3099\u309a])(?=\p{Mn})\p{Script=Inherited}|(?=\p{Mn})\p{Script=Hebrew}/gu;
const NEVER_DRAWN = /\p{Default_Ignorable_Code_Point}/gu;
const ASCII = /^\p{ASCII}*$/u;

/**
 * A name as it is sorted and searched by: case, accents, compatibility forms and invisible characters folded away, so
 * that "Zürich" is found by "zurich". Folding works character by character: the fold of a part is part of the fold.
 * Done here and not by the database's `unaccent` and `lower`, which answer differently by engine and locale.
 */
export function foldForSearch(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return (
    text
      .normalize('NFKD')
      .replace(NEVER_DRAWN, '')
      .replace(ACCENTS, '')
      // Up and down again: letters that share a capital are the same.
      .toUpperCase()
      .toLowerCase()
      .replace(/[ßæœøđðħıłŧþς]/g, (letter) => PLAIN[letter]!)
      // Korean syllables, which decomposing took apart, and Japanese voiced ones are one character again.
      .normalize('NFC')
  );
}
