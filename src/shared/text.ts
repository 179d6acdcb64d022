// White space, controls and whatever Unicode says is drawn as nothing (joiners, fillers, variation selectors, tags).
const VISIBLE_CHARACTER = /[^\p{White_Space}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

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
