/** A line of a file without its line end, and that line end: LF, CR LF, CR, or nothing at the end of the file. */
export interface TextLine {
  /** Counted from 1. */
  number: number;
  bytes: Buffer;
  end: string;
}

/** Far longer than any customer can be; a file without line ends must not fill the memory. */
export const MAX_LINE_BYTES = 4_000_000;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** From this line on the file cannot be read at all; the lines before it can. */
export class UnreadableFileError extends Error {
  constructor(
    readonly line: number,
    readonly reason: string,
  ) {
    super(reason);
    this.name = 'UnreadableFileError';
  }
}

/** A line, or several that one quoted cell joins, is longer than {@link MAX_LINE_BYTES}. */
export const lineTooLong = (line: number): UnreadableFileError =>
  new UnreadableFileError(
    line,
    `it is longer than ${MAX_LINE_BYTES} bytes: is the format right, and is every quote closed? Nothing from here on was imported`,
  );

/** Leaves out a byte order mark, which may come in several chunks. */
async function* withoutByteOrderMark(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let beginning: Buffer | null = Buffer.alloc(0);
  for await (const chunk of input) {
    if (beginning === null) {
      yield chunk;
      continue;
    }
    beginning = Buffer.concat([beginning, chunk]);
    if (beginning.length < BYTE_ORDER_MARK.length) continue;
    yield beginning.subarray(0, 3).equals(BYTE_ORDER_MARK) ? beginning.subarray(3) : beginning;
    beginning = null;
  }
  if (beginning) yield beginning;
}

/** Keeps a carriage return at the end of a chunk for the next one: a line feed may follow. */
async function* withWholeLineEnds(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of input) {
    const bytes = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
    const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    held = bytes.subarray(end);
    yield bytes.subarray(0, end);
  }
  yield held;
}

function* findLineEnds(chunk: Buffer): Generator<{ from: number; at: number; next: number }> {
  let [feed, carriageReturn, from] = [chunk.indexOf(LINE_FEED), chunk.indexOf(CARRIAGE_RETURN), 0];
  while (feed >= 0 || carriageReturn >= 0) {
    const isReturn = carriageReturn >= 0 && (feed < 0 || carriageReturn < feed);
    const at = isReturn ? carriageReturn : feed;
    const next = isReturn && feed === at + 1 ? at + 2 : at + 1;
    yield { from, at, next };
    from = next;
    if (feed >= 0 && feed < next) feed = chunk.indexOf(LINE_FEED, next);
    if (carriageReturn >= 0 && carriageReturn < next) carriageReturn = chunk.indexOf(CARRIAGE_RETURN, next);
  }
}

/**
 * Splits bytes into lines at LF, CR LF and CR, mixed or not; a byte order mark is left out.
 * @throws UnreadableFileError instead of holding more than one line of the greatest length in memory.
 */
export async function* splitLines(input: AsyncIterable<Buffer>): AsyncGenerator<TextLine> {
  let parts: Buffer[] = [];
  let number = 1;
  let length = 0;
  for await (const chunk of withWholeLineEnds(withoutByteOrderMark(input))) {
    let rest = 0;
    for (const { from, at, next } of findLineEnds(chunk)) {
      yield {
        number,
        bytes: Buffer.concat([...parts, chunk.subarray(from, at)]),
        end: chunk.toString('latin1', at, next),
      };
      [parts, length, rest, number] = [[], 0, next, number + 1];
    }
    parts.push(chunk.subarray(rest));
    length += chunk.length - rest;
    if (length > MAX_LINE_BYTES) throw lineTooLong(number);
  }
  if (length > 0) yield { number, bytes: Buffer.concat(parts), end: '' };
}
