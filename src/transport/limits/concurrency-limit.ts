/** What a concurrency limit keeps to. */
export type ConcurrencyLimits = Readonly<{
  /** Requests at work at once, whatever they take. */
  concurrency: number;
  /** What a request may take on average before fewer are let in. */
  meanLatencyMs: number;
}>;

// Room for every connection of the pool and the batch behind it: fewer would idle the database, and so many are taken not
// to wait for each other.
const LEAST = 64;

/**
 * How many requests may be at work at once so that none waits long behind the others. Where a database gets slow, as many
 * as before would still get done, but each would wait for all before it, and callers would give up on answers that come.
 * By Little's law what a request takes grows with the number at work, so as many fit as make it the time that one may take.
 * It is reckoned before there is a crowd too: what is let in at once cannot be taken back.
 */
export class ConcurrencyLimit {
  private done = 0;
  private took = 0;
  private mostAtWork = 0;
  current: number;

  constructor(private readonly limits: ConcurrencyLimits) {
    this.current = limits.concurrency;
  }

  /** Counts a request that has come in, as one of so many. */
  enter(atWork: number): void {
    this.mostAtWork = Math.max(this.mostAtWork, atWork);
  }

  /** Counts a request that has left. */
  leave(tookMs: number): void {
    this.done += 1;
    this.took += tookMs;
  }

  /** Follows what has been counted since it was last called. */
  adapt(): void {
    const { done, took } = this;
    const atWork = Math.max(LEAST, this.mostAtWork);
    this.done = this.took = this.mostAtWork = 0;
    // None tells nothing: a database that has stopped answering has a deadline of its own.
    if (done === 0) return;
    const fitting = Math.floor((atWork * this.limits.meanLatencyMs * done) / took);
    this.current = Math.min(this.limits.concurrency, Math.max(LEAST, fitting));
  }
}
