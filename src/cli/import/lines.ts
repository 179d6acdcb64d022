import { describeHeadingFault, findDelimiter, type ImportMode } from './columns.js';
import { readCsvRecords, type CsvFault, type CsvRecord } from './csv-records.js';
import { toRecordValue } from './record-value.js';
import { splitLines, UnreadableFileError, type TextLine } from './text-lines.js';

/** One line of an import: what it holds, or why it cannot be read. A record of CSV may take several lines of the file. */
export type ImportLine = { line: number } & ({ value: unknown } | { unreadable: string });

export type Format = 'ndjson' | 'csv';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** Enough of a line to see what kind of file it is. */
const readBeginning = (bytes: Buffer): string => bytes.toString('latin1', 0, 1_000);

const decodeCell = (cell: string): string | null => decode(Buffer.from(cell, 'latin1'));

function parseJsonLine(line: number, bytes: Buffer): ImportLine {
  const text = decode(bytes);
  if (text === null) return { line, unreadable: 'it is not UTF-8' };
  try {
    return { line, value: JSON.parse(text) };
  } catch {
    return { line, unreadable: 'it is not JSON' };
  }
}

/** A JSON array, or an object over several lines, instead of one object per line. */
const LONG_JSON_VALUE = /^\s*(\[\s*$|\{\s*$|\[\s*\{)/;

async function* readNdjson(lines: AsyncIterable<TextLine>): AsyncGenerator<ImportLine> {
  let isFirst = true;
  for await (const { number, bytes } of lines) {
    if (!bytes.some((byte) => byte > 32)) continue;
    if (isFirst && LONG_JSON_VALUE.test(readBeginning(bytes)))
      throw new UnreadableFileError(number, 'expected is one JSON object per line, but a longer value begins here');
    isFirst = false;
    yield parseJsonLine(number, bytes);
  }
}

function parseCells(columns: string[], { line, cells }: CsvRecord, mode: ImportMode): ImportLine {
  if (cells.length !== columns.length)
    return { line, unreadable: `it has ${cells.length} columns and the first line names ${columns.length}` };
  const texts = cells.map(decodeCell);
  const isDecoded = (all: (string | null)[]): all is string[] => !all.includes(null);
  if (!isDecoded(texts)) return { line, unreadable: 'it is not UTF-8' };
  return { line, ...toRecordValue(columns, texts, mode) };
}

function parseHeading(record: CsvRecord | CsvFault, firstLine: string, mode: ImportMode): string[] {
  const columns = 'cells' in record ? record.cells.map((name) => (decodeCell(name) ?? '').trim()) : null;
  const fault = describeHeadingFault(firstLine, columns, mode);
  if (fault !== null || columns === null) throw new UnreadableFileError(record.line, fault ?? 'it cannot be read');
  return columns;
}

async function* readCsv(
  lines: AsyncIterable<TextLine>,
  firstLine: string,
  mode: ImportMode,
): AsyncGenerator<ImportLine> {
  let columns: string[] | undefined;
  for await (const record of readCsvRecords(lines, findDelimiter(firstLine))) {
    if (!columns) columns = parseHeading(record, firstLine, mode);
    else if ('unreadable' in record) yield record;
    // A spreadsheet program writes empty rows as separators alone.
    else if (record.cells.some((cell) => cell.trim() !== '')) yield parseCells(columns, record, mode);
  }
}

/** What a file is that holds no text in UTF-8, by its first line. */
function describeForeignFile(beginning: string): string | null {
  if (beginning.startsWith('PK\x03\x04'))
    return 'it looks like an Excel workbook or another ZIP file: save it as "CSV UTF-8"';
  if (/^(\xff\xfe|\xfe\xff)/.test(beginning)) return 'it looks like UTF-16: save it as UTF-8';
  return beginning.includes('\0') ? 'it is UTF-16 or no text: save it as UTF-8' : null;
}

type CountBytes = (bytes: number) => void;

async function* countBytes(lines: AsyncIterable<TextLine>, count: CountBytes): AsyncGenerator<TextLine> {
  for await (const line of lines) {
    count(line.bytes.length + line.end.length);
    yield line;
  }
}

async function* readLines(
  lines: AsyncGenerator<TextLine>,
  format: Format,
  mode: ImportMode,
): AsyncGenerator<ImportLine> {
  const first = await lines.next();
  if (first.done) return;
  const foreign = describeForeignFile(readBeginning(first.value.bytes));
  if (foreign) throw new UnreadableFileError(1, foreign);
  const all = (async function* () {
    yield first.value;
    yield* lines;
  })();
  yield* format === 'csv' ? readCsv(all, first.value.bytes.toString(), mode) : readNdjson(all);
}

export interface ReadOptions {
  mode?: ImportMode;
  /** Called with the number of bytes of each line of the file before what the line holds is returned. */
  count?: CountBytes;
}

/**
 * Reads a file line by line; no more of it than a few lines is in memory at any time.
 */
export async function* readImportLines(
  input: AsyncIterable<Buffer>,
  format: Format,
  { mode = 'create', count = () => undefined }: ReadOptions = {},
): AsyncGenerator<ImportLine> {
  try {
    yield* readLines(countBytes(splitLines(input), count), format, mode);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    yield { line: error.line, unreadable: error.reason };
  }
}
