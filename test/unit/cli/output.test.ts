import { PassThrough } from 'node:stream';
import stringWidth from 'string-width';
import { formatTable } from '../../../src/cli/output.js';
import type { Terminal } from '../../../src/cli/terminal.js';

const terminal = (columns?: number, environment: NodeJS.ProcessEnv = {}): Terminal => {
  const output = () => Object.assign(new PassThrough(), { isTTY: columns !== undefined, columns });
  return { environment, stdin: new PassThrough(), stdout: output(), stderr: output() };
};

const ID = '01975f3e-1c2b-7d4a-9e8f-0123456789ab';
const NAMES = ['key', 'state', 'scopes', 'created', 'description'];
const ROWS = [
  [ID, 'active', 'express:read express:write', '2026-11-25T10:00:00.000Z', 'For the nightly import of the north'],
  [ID, 'revoked', 'express:read', '2026-11-25T10:00:00.000Z', 'x'],
];
const longest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

it('a table that fits has a line per row', () => {
  const lines = formatTable(terminal(200), NAMES, ROWS).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^key +state +scopes +created +description$/);
});

it.each([
  ['the terminal', terminal(60)],
  ['the variable COLUMNS, as scripts set it', terminal(undefined, { COLUMNS: '60' })],
])('a table that is wider than %s has a line per value, and keeps ids whole', (_, narrow) => {
  const text = formatTable(narrow, NAMES, ROWS);
  expect(longest(text)).toBeLessThanOrEqual(60);
  expect(text.match(new RegExp(`^key +${ID}$`, 'gm'))).toHaveLength(2);
  expect(text.split('\n\n')).toHaveLength(2);
  expect(text.replace(/\s+/g, ' ')).toContain('For the nightly import of the north');
});

it('into a file or a pipe goes a line per row, however long', () => {
  expect(formatTable(terminal(), NAMES, ROWS).split('\n')).toHaveLength(3);
});

it('a table without rows is its names', () => {
  expect(formatTable(terminal(10), NAMES, [])).toMatch(/^key/);
});

const widest = (text: string) => Math.max(...text.split('\n').map((line) => stringWidth(line)));

it.each([60, 80, 100])('characters that take two columns of %d count as two', (columns) => {
  const name = '東京放射線診断センター'.repeat(9);
  const text = formatTable(terminal(columns), ['clinic', 'name'], [[ID, name]]);
  expect(widest(text)).toBeLessThanOrEqual(columns);
  expect(text.replace(/[\s]|clinic|name/g, '')).toBe(ID + name);
});

it('a word that is wider than the terminal is broken, and nothing of it is lost', () => {
  const words = ['x'.repeat(90), 'short', '\u{1F469}\u200D\u2695\uFE0F'.repeat(30)].join(' ');
  const text = formatTable(terminal(60), ['clinic', 'name'], [[ID, words]]);
  expect(widest(text)).toBeLessThanOrEqual(60);
  expect(text.replace(/[\s]|clinic|name/g, '')).toBe(ID + words.replaceAll(' ', ''));
});

it.each([
  ['\u001B', 'an escape sequence'],
  ['\u0007', 'a bell'],
  ['\r', 'a carriage return'],
  ['\u202E', 'a right-to-left override'],
  ['\u2066', 'an isolate'],
])('%j is not printed, since a terminal obeys it: %s', (character) => {
  const text = formatTable(terminal(200), ['name'], [[`a${character}b`]]);
  expect(text).toContain('a\uFFFDb');
  expect(text).not.toContain(character);
});

it('joiners within a name are kept', () => {
  const name = 'می\u200Cخواهم \u{1F469}\u200D\u2695\uFE0F';
  expect(formatTable(terminal(200), ['name'], [[name]])).toContain(name);
});
