// What draws nothing by a property of its own: white space, controls, formats, surrogates, whatever Unicode lets a renderer
// ignore (joiners, fillers, variation selectors, tags), and code points that never become characters.
const INVISIBLE_KINDS = String.raw`\p{White_Space}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}`;

// What draws nothing although its properties are those of a letter, mark or symbol. No property says so; these are from the
// code charts: blanks and fillers by their names, and marks that only join what stands around them.
const INVISIBLE_CHARACTERS = [
  '\u2800', // BRAILLE PATTERN BLANK: a cell without dots
  '\u{1d159}', // MUSICAL SYMBOL NULL NOTEHEAD
  '\u{16fe4}', // KHITAN SMALL SCRIPT FILLER
  '\u{13441}\u{13442}', // EGYPTIAN HIEROGLYPH FULL BLANK, HALF BLANK
  '\ufffc', // OBJECT REPLACEMENT CHARACTER: stands for an object that a text cannot hold
  '\u2d7f\u{1107f}', // TIFINAGH CONSONANT JOINER, BRAHMI NUMBER JOINER
  // Invisible stackers (Indic_Syllabic_Category=Invisible_Stacker): they place the next letter below the one before.
  '\u1039\u17d2\u1a60\uaaf6\u{10a3f}\u{11133}\u{113d0}\u{1193e}\u{11a47}\u{11a99}\u{11f42}',
].join('');

const VISIBLE_CHARACTER = new RegExp(`(?!${[...INVISIBLE_CHARACTERS].join('|')})[^${INVISIBLE_KINDS}]`, 'u');

/** Whether anything of the text is drawn; characters of scripts that are newer than the runtime count as visible. */
export const hasVisibleCharacter = (text: string): boolean => VISIBLE_CHARACTER.test(text);

/** False for text that PostgreSQL cannot hold as it was sent: NUL characters and lone surrogates. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Whether the text has more than `limit` Unicode code points; constant cost for texts far over the limit. */
export function isLongerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  if (text.length > 2 * limit) return true;
  let count = 0;
  for (const _ of text) count += 1;
  return count > limit;
}
