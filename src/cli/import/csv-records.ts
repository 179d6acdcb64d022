import { lineTooLong, MAX_LINE_BYTES, type TextLine } from './text-lines.js';

/** A record with the line on which it begins. Its cells hold bytes as Latin-1 text: one character per byte. */
export interface CsvRecord {
  line: number;
  cells: string[];
}

/** What cannot be read as a record, and the line on which that begins. */
export interface CsvFault {
  line: number;
  unreadable: string;
}

const QUOTE = '"';

/** Reads the cells of one record, which its quoted cells may spread over several lines. */
class RecordReader {
  private cells: string[] = [];
  /** What a quoted cell holds so far, while it is not closed. */
  private quoted: string | null = null;
  private line = 0;
  private quoteLine = 0;
  private length = 0;

  constructor(private readonly delimiter: string) {}

  isWithinQuotes(): boolean {
    return this.quoted !== null;
  }

  /** @returns null while a quoted cell goes on in the next line. */
  add({ number, bytes, end }: TextLine): CsvRecord | CsvFault | null {
    if (!this.isWithinQuotes()) [this.cells, this.line, this.length] = [[], number, 0];
    this.length += bytes.length;
    if (this.length > MAX_LINE_BYTES) throw lineTooLong(this.quoteLine);
    const fault = this.readCells(bytes.toString('latin1'), number);
    if (fault === null && this.quoted !== null) {
      this.quoted += end;
      return null;
    }
    this.quoted = null;
    return fault ?? { line: this.line, cells: this.cells };
  }

  /** The fault of a file that ends within quotes. */
  end(): CsvFault {
    const unreadable = 'the quote that opens here is never closed; nothing from this line on was imported';
    return { line: this.quoteLine, unreadable };
  }

  private readCells(text: string, number: number): CsvFault | null {
    for (let at = 0; ; at += 1) {
      at = this.quoted === null && text[at] !== QUOTE ? this.readPlain(text, at) : this.readQuoted(text, at, number);
      if (at < 0) return { line: number, unreadable: 'a quote stands within a cell that does not begin with one' };
      if (at >= text.length) return null;
      if (text[at] !== this.delimiter) return this.describeTextAfterQuote(number);
    }
  }

  /** @returns where the cell ends, or -1 when a quote stands in it. */
  private readPlain(text: string, from: number): number {
    const delimiter = text.indexOf(this.delimiter, from);
    const end = delimiter < 0 ? text.length : delimiter;
    const cell = text.slice(from, end);
    this.cells.push(cell);
    return cell.includes(QUOTE) ? -1 : end;
  }

  /** @returns where the cell ends, or the length of the text when it goes on in the next line. */
  private readQuoted(text: string, from: number, number: number): number {
    let start = from;
    if (this.quoted === null) [this.quoted, this.quoteLine, start] = ['', number, from + 1];
    for (;;) {
      const quote = text.indexOf(QUOTE, start);
      if (quote < 0) {
        this.quoted += text.slice(start);
        return text.length;
      }
      const isDoubled = text[quote + 1] === QUOTE;
      this.quoted += text.slice(start, isDoubled ? quote + 1 : quote);
      start = quote + 2;
      if (isDoubled) continue;
      this.cells.push(this.quoted);
      this.quoted = null;
      return quote + 1;
    }
  }

  private describeTextAfterQuote(number: number): CsvFault {
    const line = this.quoteLine;
    if (line === number) return { line, unreadable: 'a quoted cell is followed by more text before the next cell' };
    const unreadable = `the quote that opens here is closed on line ${number}, where text follows; lines ${this.line} to ${number} were left out`;
    return { line, unreadable };
  }
}

/**
 * Reads CSV (RFC 4180: double quotes) with any line ends, and with commas or another delimiter between the cells. A faulty record
 * is reported once, with the line on which its fault begins; reading continues with the next line.
 */
export async function* readCsvRecords(
  lines: AsyncIterable<TextLine>,
  delimiter: string,
): AsyncGenerator<CsvRecord | CsvFault> {
  const reader = new RecordReader(delimiter);
  for await (const line of lines) {
    if (line.bytes.length === 0 && !reader.isWithinQuotes()) continue;
    const record = reader.add(line);
    if (record) yield record;
  }
  if (reader.isWithinQuotes()) yield reader.end();
}
