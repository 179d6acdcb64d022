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
};

/**
 * A name as it is sorted and searched by: case, accents and compatibility forms folded away, so that "Zürich" is found
 * by "zurich". Done here and not by the database's `unaccent` and `lower`, which answer differently by engine and locale.
 */
export function foldForSearch(text: string): string {
  const folded = text
    .normalize('NFKD')
    .replace(/\p{Mn}+/gu, '')
    .toLowerCase()
    .replace(/\p{Mn}+/gu, '');
  return folded.replace(/[ßæœøđðħıłŧþ]/g, (letter) => PLAIN[letter]!);
}
