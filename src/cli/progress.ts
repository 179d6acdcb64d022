import { MultiBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** Shows how far long work has come. */
export interface Progress {
  /** Of `total`, in whatever it counts; `lines` for people. */
  update(done: number, lines: number): void;
  /** Writes a line that stays, whatever is shown at the moment. */
  tell(text: string): void;
  stop(): void;
}

const PLAIN_EVERY = 10_000;
const CLEAR_LINE = '\u001b[2K';

// Of the library's two the one that can be written above; it is made for several bars, and here has one.
function bar({ stderr }: Terminal, total: number): Progress {
  const format = '{bar} {percentage} % | {lines} lines | {duration_formatted} | {eta_formatted} left';
  const look = { format, barCompleteChar: '#', barIncompleteChar: '.', etaBuffer: 200, linewrap: true };
  const bars = new MultiBar({ ...look, stream: stderr, forceRedraw: true });
  const single = bars.create(total, 0, { lines: 0 });
  // Not by its own log, which forgets what was told last.
  const told: string[] = [];
  const write = () =>
    void stderr.write(
      told
        .splice(0)
        .map((text) => `${CLEAR_LINE}${text}\n`)
        .join(''),
    );
  bars.on('redraw-pre', write).on('stop-pre-clear', write);
  return {
    update: (done, lines) => single.update(done, { lines }),
    tell: (text) => void told.push(text),
    stop: () => bars.stop(),
  };
}

function plain({ stderr }: Terminal): Progress {
  let told = 0;
  return {
    update: (_done, lines) => {
      if (lines < told + PLAIN_EVERY) return;
      told = lines - (lines % PLAIN_EVERY);
      stderr.write(`${told} lines\n`);
    },
    tell: (text) => void stderr.write(`${text}\n`),
    stop: () => undefined,
  };
}

/** A bar on a terminal when the whole is known; otherwise a plain line every 10,000 lines. On standard error. */
export const showProgress = (terminal: Terminal, total: number | null): Progress =>
  terminal.stderr.isTTY && total !== null ? bar(terminal, total) : plain(terminal);
