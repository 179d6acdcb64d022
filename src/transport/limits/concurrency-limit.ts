/** What a concurrency limit keeps to. */
export type ConcurrencyLimits = Readonly<{
  /** Requests at work at once, whatever they take. */
  concurrency: number;
  /** What a request may take on average before fewer are let in. */
  meanLatencyMs: number;
}>;

// Room for every connection of the pool and the batch behind it: fewer would idle the database.
const LEAST = 64;
const AIM = 2 / 3;

/**
 * How many requests may be at work at once so that none waits long behind the others. Where a database gets slow, as many
 * as before would still get done, but each would wait for all before it, and callers would give up on answers that come.
 * By Little's law as many fit as get done in the time that a request may take.
 */
export class ConcurrencyLimit {
  private done = 0;
  private took = 0;
  current: number;

  constructor(private readonly limits: ConcurrencyLimits) {
    this.current = limits.concurrency;
  }

  /** Counts a request that has left. */
  count(tookMs: number): void {
    this.done += 1;
    this.took += tookMs;
  }

  /** Follows what the requests took that were counted since it was last called, `afterMs` ago. */
  adapt(afterMs: number): void {
    const { done, took } = this;
    const { concurrency, meanLatencyMs } = this.limits;
    this.done = this.took = 0;
    // None tells nothing: a database that has stopped answering has a deadline of its own.
    if (done === 0) return;
    const mean = took / done;
    if (mean > meanLatencyMs) this.current = Math.min(concurrency, fitting((done / afterMs) * meanLatencyMs * AIM));
    else if (mean < meanLatencyMs / 2) this.current = Math.min(concurrency, this.current * 2);
  }
}

const fitting = (requests: number): number => Math.max(LEAST, Math.floor(requests));
