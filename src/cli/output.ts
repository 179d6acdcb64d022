import Table, { type TableConstructorOptions } from 'cli-table3';
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

// A stored name may hold what a terminal obeys, such as an escape sequence; JSON escapes it by itself.
const escapeControlCharacters = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');

function layOut(rows: string[][], options: TableConstructorOptions): string {
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 };
  const lines = new Table({ ...options, chars: BORDERLESS, style });
  lines.push(...rows.map((row) => row.map(escapeControlCharacters)));
  return lines.toString().replace(/ +$/gm, '');
}

/** A row per name and value, each record below the other. */
function layOutRecords(names: string[], records: string[][], width: number): string {
  const nameWidth = Math.max(...names.map((name) => name.length));
  const colWidths = [nameWidth, Math.max(MIN_VALUE_WIDTH, width - nameWidth - SEPARATOR.length)];
  return records
    .map((record) => record.map((value, index) => [names[index]!, value]))
    .map((rows) => layOut(rows, { colWidths, wordWrap: true }))
    .join('\n\n');
}

const measureWidth = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

/** Columns under their names, without colours; where they are wider than the terminal, a line per value. */
export function formatTable(terminal: Terminal, names: string[], rows: string[][]): string {
  const columns = layOut(rows, { head: names });
  const width = getLineWidth(terminal);
  return measureWidth(columns) <= width || rows.length === 0 ? columns : layOutRecords(names, rows, width);
}

/** Prints JSON for scripts where that is asked for, otherwise the text for people. */
export function print({ stdout }: Terminal, { json }: OutputOptions, data: unknown, text: () => string): void {
  stdout.write(`${json ? JSON.stringify(data, null, 2) : text()}\n`);
}

export const formatExpiry = (instant: Date | null): string => instant?.toISOString() ?? 'never';
