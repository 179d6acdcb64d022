import { MultiBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** Shows the progress of a long command. */
export interface Progress {
  /** @param done what is done of the total, in the total's unit. @param lines what is done, for people. */
  update(done: number, lines: number): void;
  /** Writes a line that stays above the bar. */
  log(text: string): void;
  stop(): void;
}

const PLAIN_EVERY = 10_000;
const CLEAR_LINE = '\u001b[2K';
const SECOND_MS = 1_000;
const MAX_BAR_WIDTH = 40;
const MIN_BAR_WIDTH = 5;
/** The most that stands to the right of the bar. */
const TEXT_WIDTH = 50;
const DEFAULT_COLUMNS = 80;

/** A time that is left, such as 45 s, 3 min 05 s or 2 h 10 min. */
export function formatTimeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Not the library's estimate: it is computed from the last updates alone, and is no number while they are equal. */
function estimateTimeLeft(elapsedMs: number, done: number, total: number): string {
  if (done >= total) return formatTimeLeft(0);
  if (done <= 0 || elapsedMs < SECOND_MS) return '...';
  return formatTimeLeft(((total - done) / done) * (elapsedMs / SECOND_MS));
}

// The MultiBar, though there is one bar: only it can be written above.
function createBar({ stderr }: Terminal, total: number, now: () => number): Progress {
  const startedAt = now();
  const format = '{bar} {percentage} % | {lines} lines | {duration_formatted} | {left} left';
  const barsize = Math.min(MAX_BAR_WIDTH, Math.max(MIN_BAR_WIDTH, (stderr.columns ?? DEFAULT_COLUMNS) - TEXT_WIDTH));
  const look = { format, barsize, barCompleteChar: '#', barIncompleteChar: '.', linewrap: true };
  const bars = new MultiBar({ ...look, stream: stderr, forceRedraw: true });
  const bar = bars.create(total, 0, { lines: 0, left: '...' });
  // Not by the library's own log, which loses the last lines.
  const pending: string[] = [];
  const flush = () => {
    const lines = pending.splice(0).map((text) => `${CLEAR_LINE}${text}\n`);
    stderr.write(lines.join(''));
  };
  bars.on('redraw-pre', flush).on('stop-pre-clear', flush);
  return {
    update: (done, lines) => bar.update(done, { lines, left: estimateTimeLeft(now() - startedAt, done, total) }),
    log: (text) => void pending.push(text),
    stop: () => bars.stop(),
  };
}

function createPlainProgress({ stderr }: Terminal): Progress {
  let reported = 0;
  return {
    update: (_done, lines) => {
      if (lines < reported + PLAIN_EVERY) return;
      reported = lines - (lines % PLAIN_EVERY);
      stderr.write(`${reported} lines\n`);
    },
    log: (text) => void stderr.write(`${text}\n`),
    stop: () => undefined,
  };
}

/** On standard error: a bar on a terminal when the total is known, otherwise a plain line every 10,000 lines. */
export const showProgress = (terminal: Terminal, total: number | null, now = () => performance.now()): Progress =>
  terminal.stderr.isTTY && total !== null ? createBar(terminal, total, now) : createPlainProgress(terminal);
