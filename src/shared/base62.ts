const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Bytes as letters and digits only, left-padded to `width`, so that a double click selects the whole token. */
export function toBase62(bytes: Uint8Array, width: number): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  while (rest > 0n) {
    text = DIGITS[Number(rest % 62n)]! + text;
    rest /= 62n;
  }
  return text.padStart(width, '0');
}

/** The bytes behind `toBase62`, or null when the text stands for more than `byteCount` bytes. */
export function fromBase62(text: string, byteCount: number): Buffer | null {
  let number = 0n;
  for (const digit of text) number = number * 62n + BigInt(DIGITS.indexOf(digit));
  const hex = number.toString(16).padStart(2 * byteCount, '0');
  return hex.length > 2 * byteCount ? null : Buffer.from(hex, 'hex');
}
