import { SingleBar } from 'cli-progress';

/** Shows how far long work has come. */
export interface Progress {
  /** Of `total`, in whatever it counts; `lines` for people. */
  update(done: number, lines: number): void;
  stop(): void;
}

const PLAIN_EVERY = 10_000;

function bar(total: number): Progress {
  const format = '{bar} {percentage} % | {lines} lines | {duration_formatted} | {eta_formatted} left';
  const single = new SingleBar({ format, barCompleteChar: '#', barIncompleteChar: '.', etaBuffer: 200 });
  single.start(total, 0, { lines: 0 });
  return { update: (done, lines) => single.update(done, { lines }), stop: () => single.stop() };
}

function plain(): Progress {
  let told = 0;
  return {
    update: (_done, lines) => {
      if (lines < told + PLAIN_EVERY) return;
      told = lines - (lines % PLAIN_EVERY);
      process.stderr.write(`${told} lines\n`);
    },
    stop: () => undefined,
  };
}

/** A bar on a terminal when the whole is known; otherwise a plain line every 10,000 lines. On standard error. */
export const showProgress = (total: number | null): Progress =>
  process.stderr.isTTY && total !== null ? bar(total) : plain();
