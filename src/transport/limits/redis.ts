import { Redis } from 'ioredis';
import type { Logger } from 'pino';

const COMMAND_TIMEOUT_MS = 200;
const RETRY_AFTER_MS = 5_000;

/**
 * The Redis in which instances count and keep documents together, behind a circuit breaker. A service whose Redis is away or hangs starts and
 * answers all the same. After a failure nobody waits for Redis: it is asked again every 5 s, alongside the calls, until it
 * answers. Each change of state is logged once.
 */
export class SharedRedis {
  readonly client: Redis;
  private isAway = false;
  private isAsking = false;
  private askAgainAt = 0;

  constructor(
    url: string,
    private readonly log: Logger,
    private readonly retryAfterMs: number = RETRY_AFTER_MS,
  ) {
    this.client = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: 2_000,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
    });
    this.client.on('error', (error: Error) => this.reportFailure(error));
  }

  /** Whether to use Redis; false from a failure until it has answered again. */
  isAvailable(): boolean {
    if (this.isAway && !this.isAsking && performance.now() >= this.askAgainAt) void this.askAgain();
    return !this.isAway;
  }

  /** Stops using Redis for some seconds: a command failed or was not answered in 0.2 s. */
  reportFailure(error: unknown): void {
    this.askAgainAt = performance.now() + this.retryAfterMs;
    if (this.isAway) return;
    this.isAway = true;
    this.log.warn(
      { err: error },
      'Redis is away: this instance counts rate limits and keeps persisted documents alone until it answers',
    );
  }

  private async askAgain(): Promise<void> {
    this.isAsking = true;
    try {
      await this.client.ping();
      this.isAway = false;
      this.log.info('Redis answers again: instances share rate limits and persisted documents');
    } catch (error) {
      this.reportFailure(error);
    } finally {
      this.isAsking = false;
    }
  }

  disconnect(): void {
    // Commands that nobody waits for may be cut off; nothing is wrong then.
    this.isAway = true;
    this.client.disconnect();
  }
}
