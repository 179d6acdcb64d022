/** What a concurrency limit keeps to. */
export type ConcurrencyLimits = Readonly<{
  /** Requests in flight at most, however fast they are. */
  concurrency: number;
  /** Target for the mean latency of a request. */
  meanLatencyMs: number;
}>;

// Room for every connection of the pool and the batch that waits for it: fewer would leave the database idle.
const MIN_CONCURRENCY = 64;

/**
 * How many requests may be in flight so that their mean latency stays below the target. By Little's law latency is requests
 * in flight divided by throughput, so the limit follows from the last half second. It is computed before there are
 * many requests too: one that was admitted cannot be taken back.
 */
export class ConcurrencyLimit {
  private done = 0;
  private took = 0;
  private peakInFlight = 0;
  current: number;

  constructor(private readonly limits: ConcurrencyLimits) {
    this.current = limits.concurrency;
  }

  /** Counts a request that was admitted, with how many are in flight now. */
  enter(inFlight: number): void {
    this.peakInFlight = Math.max(this.peakInFlight, inFlight);
  }

  /** Counts a request that has ended. */
  leave(tookMs: number): void {
    this.done += 1;
    this.took += tookMs;
  }

  /** Computes the limit from what was counted since the last call; call it at regular intervals. */
  adapt(): void {
    const { done, took } = this;
    const inFlight = Math.max(MIN_CONCURRENCY, this.peakInFlight);
    this.done = this.took = this.peakInFlight = 0;
    this.current = done === 0 ? this.recovered() : this.bounded((inFlight * this.limits.meanLatencyMs * done) / took);
  }

  // Nothing ended, so nothing was measured: the last measurement loses its weight instead of holding for ever.
  private recovered(): number {
    return this.bounded(this.current + (this.limits.concurrency - this.current) / 8 + 1);
  }

  private bounded(sustainable: number): number {
    return Math.min(this.limits.concurrency, Math.max(MIN_CONCURRENCY, Math.floor(sustainable)));
  }
}
