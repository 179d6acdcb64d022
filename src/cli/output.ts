import Table from 'cli-table3';
import type { Terminal } from './terminal.js';

const NO_LINES = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' };
const NO_MORE_LINES = { 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '' };
const NO_BORDERS = { ...NO_LINES, ...NO_MORE_LINES, right: '', 'right-mid': '', middle: '  ' };

export interface OutputOptions {
  json?: boolean;
}

// A stored name may hold what a terminal obeys, such as an escape sequence; JSON escapes it by itself.
const harmless = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');

/** Columns under their heads, without colours. */
export function table(head: string[], rows: string[][]): string {
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 };
  const lines = new Table({ head, chars: NO_BORDERS, style });
  lines.push(...rows.map((row) => row.map(harmless)));
  return lines.toString().replace(/ +$/gm, '');
}

/** Prints JSON for scripts where asked, else the text for people. */
export function print({ stdout }: Terminal, { json }: OutputOptions, data: unknown, text: () => string): void {
  stdout.write(`${json ? JSON.stringify(data, null, 2) : text()}\n`);
}

export const instantText = (instant: Date | null): string => instant?.toISOString() ?? 'never';
