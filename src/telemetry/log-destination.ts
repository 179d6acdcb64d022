import { fstatSync, openSync, writeSync, constants } from 'node:fs';
import { isatty } from 'node:tty';
import type { DestinationStream } from 'pino';

const STDOUT = 1;
const WRITE_BATCH_LENGTH = 8_192;
const FLUSH_INTERVAL_MS = 100;
const MAX_BUFFERED_LENGTH = 4 * 1_048_576;
const EXIT_WAIT_MS = 500;
const EXIT_POLL_MS = 10;

/** The reader does not take more right now, or the disk of a file is full. */
const TRY_AGAIN = new Set(['EAGAIN', 'ENOSPC']);

type WriteResult = 'written' | 'stalled' | 'broken';

export interface LogDestinationOptions {
  /** An open file; writing to it must not block. */
  fd: number;
  /** Characters that wait for a slow reader at most. */
  maxBufferedLength?: number;
}

/** What a logger writes to; it may count what it had to drop. */
export type LogTarget = DestinationStream & { readonly dropped?: number };

const sleep = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/**
 * Where log lines go. They are written some dozens at a time and after a tenth of a second at the latest: one `write()` per
 * line would cost a request as much as its key look-up. A reader that stalls never stops the service: up to 4 MB wait for
 * it, further lines are dropped and counted, and one line says how many once it reads again.
 */
export class LogDestination implements LogTarget {
  private readonly fd: number;
  private readonly maxBufferedLength: number;
  private buffered = '';
  private bufferedLines = 0;
  /** What is being written: part of it may be out already. */
  private chunk = Buffer.alloc(0);
  private timer: NodeJS.Timeout | undefined;
  private isStalled = false;
  private unreported = 0;
  /** Lines that were dropped since the start. */
  dropped = 0;

  constructor({ fd, maxBufferedLength = MAX_BUFFERED_LENGTH }: LogDestinationOptions) {
    this.fd = fd;
    this.maxBufferedLength = maxBufferedLength;
  }

  write(line: string): void {
    if (this.buffered.length + this.chunk.length + line.length > this.maxBufferedLength) return this.drop(1);
    this.buffered += line;
    this.bufferedLines += 1;
    if (this.buffered.length >= WRITE_BATCH_LENGTH && !this.isStalled) this.flushSync();
    else this.timer ??= setTimeout(() => this.flushSync(), FLUSH_INTERVAL_MS).unref();
  }

  private drop(lines: number): void {
    this.dropped += lines;
    this.unreported += lines;
  }

  /** Writes as much as the reader takes now. */
  flushSync(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    let result: WriteResult;
    do {
      if (this.chunk.length === 0) this.takeChunk();
      result = this.writeChunk();
    } while (result === 'written' && this.buffered !== '');
    this.isStalled = result === 'stalled';
    if (this.isStalled) this.timer = setTimeout(() => this.flushSync(), FLUSH_INTERVAL_MS).unref();
    else if (result === 'written' && this.unreported > 0) this.reportDropped();
  }

  private takeChunk(): void {
    this.chunk = Buffer.from(this.buffered);
    this.buffered = '';
    this.bufferedLines = 0;
  }

  private writeChunk(): WriteResult {
    try {
      while (this.chunk.length > 0) this.chunk = this.chunk.subarray(writeSync(this.fd, this.chunk));
      return 'written';
    } catch (error) {
      if (TRY_AGAIN.has(String((error as NodeJS.ErrnoException).code))) return 'stalled';
      this.discard();
      return 'broken';
    }
  }

  // The reader has ended. The service continues without one.
  private discard(): void {
    this.drop(this.bufferedLines + this.chunk.toString().split('\n').length - 1);
    this.chunk = Buffer.alloc(0);
    this.buffered = '';
    this.bufferedLines = 0;
  }

  private reportDropped(): void {
    const { unreported: dropped } = this;
    this.unreported = 0;
    const line = {
      level: 40,
      time: Date.now(),
      dropped,
      msg: 'log lines were dropped: their reader did not take them',
    };
    this.write(`${JSON.stringify(line)}\n`);
  }

  /** Writes the rest before the process ends, for as long as the reader takes something, at most half a second. */
  flushAtExit(): void {
    const endsAt = performance.now() + EXIT_WAIT_MS;
    this.flushSync();
    while (this.isStalled && performance.now() < endsAt) {
      sleep(EXIT_POLL_MS);
      this.flushSync();
    }
    clearTimeout(this.timer);
  }
}

// Pipes and sockets become non-blocking as soon as Node opens them as a stream. A terminal stays blocking there, so it is
// opened once more; a terminal that may not be opened, and files, are written as they are.
function openStandardOutput(): number {
  const stats = fstatSync(STDOUT);
  if (stats.isFIFO() || stats.isSocket()) return process.stdout.fd;
  if (!isatty(STDOUT)) return STDOUT;
  try {
    return openSync(`/dev/fd/${STDOUT}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return STDOUT;
  }
}

/** Standard output. What waits is written before the process ends, by a signal or an error too; only `kill -9` loses it. */
export function logDestination(): LogDestination {
  const destination = new LogDestination({ fd: openStandardOutput() });
  process.once('exit', () => destination.flushAtExit());
  return destination;
}
