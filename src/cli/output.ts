import Table, { type TableConstructorOptions } from 'cli-table3';
import stringWidth from 'string-width';
import { getLineWidth, type Terminal } from './terminal.js';

const SEPARATOR = '  ';
const PARTS = ['top', 'bottom', 'left', 'right', 'mid'].flatMap((part) => [part, `${part}-mid`]);
const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'];
const BORDERLESS = { ...Object.fromEntries([...PARTS, ...CORNERS].map((part) => [part, ''])), middle: SEPARATOR };

/** A UUID, which must stay whole to be copied. */
const MIN_VALUE_WIDTH = 36;

export interface OutputOptions {
  json?: boolean;
}

// A stored name may hold what a terminal obeys, such as an escape sequence; JSON escapes it by itself. Joiners do no harm, and Persian
// names and some emoji need them.
const escapeControlCharacters = (text: string): string => text.replace(/\p{Cc}|(?![\u200C\u200D])\p{Cf}/gu, '\uFFFD');

const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Breaks words that are wider than a line, which the table would cut off. */
function breakLongWords(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const breakWord = (word: string): string => {
    const parts = [''];
    for (const { segment } of CHARACTERS.segment(word)) {
      if (stringWidth(parts.at(-1)! + segment) > width) parts.push('');
      parts[parts.length - 1] += segment;
    }
    return parts.join('\n');
  };
  return text.replace(/\S+/g, (word) => (stringWidth(word) > width ? breakWord(word) : word));
}

function layOut(rows: string[][], options: TableConstructorOptions): string {
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 };
  const lines = new Table({ ...options, chars: BORDERLESS, style });
  lines.push(...rows);
  return lines.toString().replace(/ +$/gm, '');
}

/** A row per name and value, each record below the other. */
function layOutRecords(names: string[], records: string[][], width: number): string {
  const nameWidth = Math.max(...names.map((name) => name.length));
  const valueWidth = Math.max(MIN_VALUE_WIDTH, width - nameWidth - SEPARATOR.length);
  return records
    .map((record) => record.map((value, index) => [names[index]!, breakLongWords(value, valueWidth)]))
    .map((rows) => layOut(rows, { colWidths: [nameWidth, valueWidth], wordWrap: true }))
    .join('\n\n');
}

const measureWidth = (text: string): number => Math.max(...text.split('\n').map((line) => stringWidth(line)));

/** Columns under their names, without colours; where they are wider than the terminal, a line per value. */
export function formatTable(terminal: Terminal, names: string[], stored: string[][]): string {
  const rows = stored.map((row) => row.map(escapeControlCharacters));
  const columns = layOut(rows, { head: names });
  const width = getLineWidth(terminal);
  return measureWidth(columns) <= width || rows.length === 0 ? columns : layOutRecords(names, rows, width);
}

/** Prints JSON for scripts where that is asked for, otherwise the text for people. */
export function print({ stdout }: Terminal, { json }: OutputOptions, data: unknown, text: () => string): void {
  stdout.write(`${json ? JSON.stringify(data, null, 2) : text()}\n`);
}

export const formatExpiry = (instant: Date | null): string => instant?.toISOString() ?? 'never';
