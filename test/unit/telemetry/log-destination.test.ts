import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogDestination } from '../../../src/telemetry/log-destination.js';

const MAX_BUFFERED_LENGTH = 100_000;

let folder: string;
let reader: number;
let writer: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
});
afterEach(() => {
  closeSync(writer);
  rmSync(folder, { recursive: true });
});

const line = (number: number): string => `${JSON.stringify({ number, text: 'é'.repeat(100) })}\n`;

/** All that is in the pipe. */
function read(): string {
  const parts: Buffer[] = [];
  const part = Buffer.alloc(65_536);
  try {
    for (let count; (count = readSync(reader, part, 0, part.length, null)) > 0;)
      parts.push(Buffer.from(part.subarray(0, count)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
  return Buffer.concat(parts).toString();
}

/** Reads and flushes in turns until nothing comes any more. */
function readAll(destination: LogDestination): Record<string, unknown>[] {
  let text = '';
  for (let part; (part = read()) !== '';) {
    text += part;
    destination.flushSync();
  }
  return text
    .trimEnd()
    .split('\n')
    .map((json) => JSON.parse(json) as Record<string, unknown>);
}

describe('the log destination', () => {
  it('never waits for a reader that stalls, and gives it every line that was not dropped once it reads', () => {
    const destination = new LogDestination({ fd: writer, maxBufferedLength: MAX_BUFFERED_LENGTH });
    const written = 2_000;
    for (let number = 0; number < written; number += 1) destination.write(line(number));
    expect(destination.dropped).toBeGreaterThan(0);
    const lines = readAll(destination);
    const numbers = lines.filter(({ number }) => number !== undefined).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: written - destination.dropped }, (_, number) => number));
    expect(lines.at(-1)).toMatchObject({
      level: 40,
      dropped: destination.dropped,
      msg: expect.stringContaining('dropped'),
    });
    closeSync(reader);
  });

  it('reports each dropped line once', () => {
    const destination = new LogDestination({ fd: writer, maxBufferedLength: MAX_BUFFERED_LENGTH });
    for (const _turn of [1, 2]) {
      for (let number = 0; number < 2_000; number += 1) destination.write(line(number));
      readAll(destination);
    }
    destination.write(line(1));
    destination.flushSync();
    expect(read()).toBe(line(1));
    closeSync(reader);
  });

  it('stops waiting at the exit when the reader takes nothing for half a second', () => {
    const destination = new LogDestination({ fd: writer, maxBufferedLength: MAX_BUFFERED_LENGTH });
    for (let number = 0; number < 2_000; number += 1) destination.write(line(number));
    const started = performance.now();
    destination.flushAtExit();
    expect(performance.now() - started).toBeGreaterThanOrEqual(500);
    closeSync(reader);
  });

  it('goes on when the reader has ended', () => {
    const destination = new LogDestination({ fd: writer });
    closeSync(reader);
    destination.write(line(1));
    destination.flushSync();
    destination.write(line(2));
    destination.flushSync();
    expect(destination.dropped).toBe(2);
  });
});
