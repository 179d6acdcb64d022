import { parse } from 'csv-parse';
import { Readable } from 'node:stream';

/** One line of an import: what it holds, or why it cannot be read. A line of CSV may take several lines of the file. */
export type ImportLine = { line: number } & ({ value: unknown } | { unreadable: string });

export type Format = 'ndjson' | 'csv';

/** Far longer than any customer can be; a file without line ends must not fill the memory. */
const LONGEST_LINE = 4_000_000;

const LINE_FEED = 10;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

// By hand: csv-parse, once it has seen one, decodes all fields by itself, faulty ones too.
async function* withoutByteOrderMark(input: Readable): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    yield isFirst && chunk.subarray(0, 3).equals(BYTE_ORDER_MARK) ? chunk.subarray(3) : chunk;
    isFirst = false;
  }
}

async function* splitLines(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, at)]);
      [parts, length, from] = [[], 0, at + 1];
    }
    length += chunk.length - from;
    if (length > LONGEST_LINE) throw new Error(`A line is longer than ${LONGEST_LINE} bytes: is this NDJSON?`);
    parts.push(chunk.subarray(from));
  }
  if (length > 0) yield Buffer.concat(parts);
}

function readJson(line: number, bytes: Buffer): ImportLine {
  const text = decode(bytes);
  if (text === null) return { line, unreadable: 'it is not UTF-8' };
  try {
    return { line, value: JSON.parse(text) };
  } catch {
    return { line, unreadable: 'it is not JSON' };
  }
}

async function* readNdjson(input: Readable): AsyncGenerator<ImportLine> {
  let line = 0;
  for await (const bytes of splitLines(withoutByteOrderMark(input))) {
    line += 1;
    if (bytes.some((byte) => byte > 32)) yield readJson(line, bytes);
  }
}

interface CsvRecord {
  record: Buffer[];
  info: { lines: number };
}

function readCsvRecord(line: number, columns: string[], record: Buffer[]): ImportLine {
  if (record.length !== columns.length)
    return { line, unreadable: `it has ${record.length} columns and the first line names ${columns.length}` };
  const texts = record.map(decode);
  if (texts.includes(null)) return { line, unreadable: 'it is not UTF-8' };
  const value = Object.fromEntries(columns.map((column, at) => [column, texts[at] as unknown]));
  const { metadata } = value;
  if (typeof metadata !== 'string') return { line, value };
  if (metadata === '') return { line, value: { ...value, metadata: undefined } };
  try {
    return { line, value: { ...value, metadata: JSON.parse(metadata) as unknown } };
  } catch {
    return { line, unreadable: 'its metadata is not JSON' };
  }
}

async function* readCsv(input: Readable): AsyncGenerator<ImportLine> {
  const skipped: ImportLine[] = [];
  const source = Readable.from(withoutByteOrderMark(input));
  const records = source.pipe(
    parse({
      encoding: null,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: LONGEST_LINE,
      skip_records_with_error: true,
      on_skip: (error) =>
        void skipped.push({
          line: Number(error?.lines ?? 0),
          unreadable: 'its quotes are not closed, or stand in a field',
        }),
    }),
  );
  source.on('error', (error) => records.destroy(error));
  let columns: string[] | undefined;
  for await (const { record, info } of records as AsyncIterable<CsvRecord>) {
    yield* skipped.splice(0);
    if (columns) yield readCsvRecord(info.lines, columns, record);
    else columns = record.map((name) => (decode(name) ?? '').trim());
  }
  yield* skipped;
}

/** Reads a file line by line, never more of it than a few lines at once. */
export const readImportLines = (input: Readable, format: Format): AsyncGenerator<ImportLine> =>
  format === 'csv' ? readCsv(input) : readNdjson(input);
