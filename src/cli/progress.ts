import { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** Shows how far long work has come. */
export interface Progress {
  /** Of `total`, in whatever it counts; `lines` for people. */
  update(done: number, lines: number): void;
  stop(): void;
}

const PLAIN_EVERY = 10_000;

function bar({ stderr }: Terminal, total: number): Progress {
  const format = '{bar} {percentage} % | {lines} lines | {duration_formatted} | {eta_formatted} left';
  const single = new SingleBar({
    format,
    barCompleteChar: '#',
    barIncompleteChar: '.',
    etaBuffer: 200,
    stream: stderr,
  });
  single.start(total, 0, { lines: 0 });
  return { update: (done, lines) => single.update(done, { lines }), stop: () => single.stop() };
}

function plain({ stderr }: Terminal): Progress {
  let told = 0;
  return {
    update: (_done, lines) => {
      if (lines < told + PLAIN_EVERY) return;
      told = lines - (lines % PLAIN_EVERY);
      stderr.write(`${told} lines\n`);
    },
    stop: () => undefined,
  };
}

/** A bar on a terminal when the whole is known; otherwise a plain line every 10,000 lines. On standard error. */
export const showProgress = (terminal: Terminal, total: number | null): Progress =>
  terminal.stderr.isTTY && total !== null ? bar(terminal, total) : plain(terminal);
