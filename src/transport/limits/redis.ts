import { Redis } from 'ioredis';
import type { Logger } from 'pino';

const ANSWERED_WITHIN_MS = 200;
const TOLD_EVERY_MS = 60_000;

/**
 * The Redis in which instances count together. It is never waited for longer than 0.2 s, and a service whose Redis is
 * away starts and answers all the same: each instance then counts alone, and says so once a minute.
 */
export function connectRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWERED_WITHIN_MS,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  let toldAt = -Infinity;
  redis.on('error', (error: Error) => {
    if (performance.now() - toldAt < TOLD_EVERY_MS) return;
    toldAt = performance.now();
    log.warn({ err: error }, 'Redis is away: until it is back, this instance counts rate limits alone');
  });
  return redis;
}
