/** JSON that becomes longer is not written here; no list of ordinary rows comes near. */
const SIZE = 512 * 1024;

/** Longer texts are not worth an attempt: with names and punctuation they hardly fit. */
export const LONGEST_WRITTEN = SIZE / 2;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const OPENING_BRACE = 0x7b;
const COMMA = 0x2c;

const LETTER_T = 0x54;

const HYPHEN = 0x2d;
const PLUS = 0x2b;
const ZERO = 0x30;

const UTC = '+00'.length;
const YEAR = '2024'.length;
const DATE = '2024-01-15'.length;
const WHOLE_SECOND = '2024-01-15 09:00:00+00'.length;

const encoder = new TextEncoder();

/** Bytes that are written as they are. */
export const toConstant = (text: string): Uint8Array => encoder.encode(text);

// What is missing after so many digits of a fraction of a second.
const FRACTION_ENDS: Record<number, Uint8Array> = {
  [-1]: toConstant('.000Z'),
  1: toConstant('00Z'),
  2: toConstant('0Z'),
  3: toConstant('Z'),
};

const NULL = toConstant('null');

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isUtc = (text: string, end: number): boolean =>
  text.charCodeAt(end - 3) === PLUS && text.charCodeAt(end - 2) === ZERO && text.charCodeAt(end - 1) === ZERO;
const isEscaped = (code: number): boolean => code < SPACE || code === QUOTE || code === BACKSLASH;

function encodeCodePoint(bytes: Uint8Array, at: number, code: number): number {
  if (code < 0x800) {
    bytes[at] = 0xc0 | (code >> 6);
    bytes[at + 1] = 0x80 | (code & 0x3f);
    return at + 2;
  }
  let next = at;
  if (code < 0x10000) bytes[next++] = 0xe0 | (code >> 12);
  else {
    bytes[next++] = 0xf0 | (code >> 18);
    bytes[next++] = 0x80 | ((code >> 12) & 0x3f);
  }
  bytes[next] = 0x80 | ((code >> 6) & 0x3f);
  bytes[next + 1] = 0x80 | (code & 0x3f);
  return next + 2;
}

/** Thrown for what has to be written in another way. */
export class NotWritableError extends Error {}

/**
 * Builds JSON as UTF-8 in memory that is used again and again, so that nothing is allocated for each value. Between `begin` and `take`
 * nothing else may write. What is written after its memory is full is dropped, and `take` says so.
 */
export class JsonBytes {
  private readonly bytes = Buffer.allocUnsafeSlow(SIZE);
  private at = 0;
  private isAscii = true;

  begin(): void {
    this.at = 0;
    this.isAscii = true;
  }

  constant(part: Uint8Array): void {
    const { bytes } = this;
    let { at } = this;
    for (let from = 0; from < part.length; from += 1) bytes[at++] = part[from]!;
    this.at = at;
  }

  null(): void {
    this.constant(NULL);
  }

  /** Copies a part of a text that is JSON. */
  json(text: string, start: number, end: number): void {
    const { bytes } = this;
    let { at } = this;
    for (let from = start; from < end; from += 1) {
      const code = text.charCodeAt(from);
      if (code < 0x80) bytes[at++] = code;
      else {
        const whole = text.codePointAt(from)!;
        at = encodeCodePoint(bytes, at, whole);
        if (whole > 0xffff) from += 1;
        this.isAscii = false;
      }
    }
    this.at = at;
  }

  /** Writes a part of a text as a JSON string. @throws NotWritableError for characters that JSON escapes. */
  quoted(text: string, start: number, end: number): void {
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = QUOTE;
    for (let from = start; from < end; from += 1) {
      const code = text.charCodeAt(from);
      if (isEscaped(code)) throw new NotWritableError();
      if (code >= 0x80) {
        this.at = at;
        return this.endQuoted(text, from, end);
      }
      bytes[at++] = code;
    }
    bytes[at++] = QUOTE;
    this.at = at;
  }

  private endQuoted(text: string, start: number, end: number): void {
    for (let at = start; at < end; at += 1) if (isEscaped(text.charCodeAt(at))) throw new NotWritableError();
    this.json(text, start, end);
    this.bytes[this.at++] = QUOTE;
  }

  /**
   * Writes an instant as PostgreSQL writes it in UTC, `2024-01-15 09:00:00.5+00`, as `toISOString` does.
   * @throws NotWritableError for one of another time zone, or beyond the year 9999.
   */
  instant(text: string, start: number, end: number): void {
    const digits = end - start - WHOLE_SECOND - 1;
    const isOfLength = digits === -1 || (digits >= 1 && digits <= 3);
    if (!isOfLength || !isUtc(text, end) || text.charCodeAt(start + YEAR) !== HYPHEN) throw new NotWritableError();
    this.bytes[this.at++] = QUOTE;
    this.json(text, start, start + DATE);
    this.bytes[this.at++] = LETTER_T;
    this.json(text, start + DATE + 1, end - UTC);
    this.constant(FRACTION_ENDS[digits]!);
    this.bytes[this.at++] = QUOTE;
  }

  /** Copies JSON of an object of texts without the spaces between its parts, as JSON.stringify writes what it is parsed to. */
  compactObject(text: string, start: number, end: number): void {
    const begin = this.at;
    let from = start;
    for (let at = start, isInside = false, isKeyNext = false; at < end; at += 1) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) {
        if (isKeyNext && !isInside && isDigit(text.charCodeAt(at + 1)))
          return this.reorderObject(begin, text, start, end);
        isInside = !isInside;
        isKeyNext = false;
      } else if (!isInside && code === SPACE) {
        this.json(text, from, at);
        from = at + 1;
      } else if (!isInside && (code === OPENING_BRACE || code === COMMA)) isKeyNext = true;
    }
    this.json(text, from, end);
  }

  // As properties of an object, whole numbers come before other keys.
  private reorderObject(begin: number, text: string, start: number, end: number): void {
    this.at = begin;
    const json = JSON.stringify(JSON.parse(text.slice(start, end)));
    this.json(json, 0, json.length);
  }

  /** What was written; undefined if it was too long. */
  take(): string | undefined {
    if (this.at > SIZE) return undefined;
    return this.bytes.toString(this.isAscii ? 'latin1' : 'utf8', 0, this.at);
  }
}
