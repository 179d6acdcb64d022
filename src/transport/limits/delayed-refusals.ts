import { performance } from 'node:perf_hooks';

/** The share of the time in which the event loop works, beyond which the processor is the limit. */
const BUSY_SHARE = 0.9;
const MIN_DELAY_MS = 500;
const MAX_DELAY_MS = 1_500;
/** Refusals that may wait; each holds a connection and some KB. */
const MAX_WAITING = 1_000;

/** Makes a function that returns in which share of the time since its last call the event loop worked. */
function watchEventLoop(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}

/**
 * Delays refusals while the processor is the limit. A client that is refused immediately sends its next request immediately, and
 * a refusal costs nearly as much as an answer, so that refusing would take the time in which the others could be answered. Where
 * the database is the limit, refusals cost nothing that is scarce and are not delayed.
 */
export class DelayedRefusals {
  private waiting = 0;
  private isBusy = false;

  /** @param measureUse returns the share of the time since its last call in which the event loop worked. */
  constructor(private readonly measureUse: () => number = watchEventLoop()) {}

  /** Measures whether the processor is the limit; call it at regular intervals. */
  sample(): void {
    this.isBusy = this.measureUse() > BUSY_SHARE;
  }

  /** Calls `refuse` immediately, or after 0.5 to 1.5 s: at different times, lest they all come back simultaneously. */
  run(refuse: () => void): void {
    if (!this.isBusy || this.waiting >= MAX_WAITING) return refuse();
    this.waiting += 1;
    const delay = MIN_DELAY_MS + Math.random() * (MAX_DELAY_MS - MIN_DELAY_MS);
    setTimeout(() => {
      this.waiting -= 1;
      refuse();
    }, delay);
  }
}
