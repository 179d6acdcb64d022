import type { FastifyInstance } from 'fastify';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { actorId } from '../../identity/actor.js';
import { AppError } from '../../shared/app-error.js';
import type { Allowance } from '../../telemetry/outcome.js';
import { getContext, type HttpRequestContext } from '../context.js';
import type { SharedRedis } from './redis.js';

const WINDOW_S = 10;

/**
 * Charges the calling credential points, of which it has a number per 10 s; without a credential nothing is charged.
 * @throws AppError RATE_LIMITED once it has spent more.
 */
export type SpendPoints = (context: HttpRequestContext, points: number) => Promise<void>;

type Consume = (credentialId: string, points: number) => Promise<RateLimiterRes>;

const resultOrThrow = (rejection: unknown): RateLimiterRes => {
  if (rejection instanceof RateLimiterRes) return rejection;
  throw rejection;
};

// Both limiters reject with the result once the points are spent.
function createConsume(points: number, redis: SharedRedis | null): Consume {
  const options = { points, duration: WINDOW_S, keyPrefix: 'avara-express' };
  const memory = new RateLimiterMemory(options);
  const alone: Consume = (id, spent) => memory.consume(id, spent).catch(resultOrThrow);
  if (!redis) return alone;
  const shared = new RateLimiterRedis({ ...options, storeClient: redis.client });
  return async (id, spent) => {
    if (!redis.isAvailable()) return alone(id, spent);
    try {
      return await shared.consume(id, spent).catch(resultOrThrow);
    } catch (error) {
      redis.reportFailure(error);
      return alone(id, spent);
    }
  };
}

const toAllowance = (limit: number, { remainingPoints, msBeforeNext }: RateLimiterRes): Allowance => ({
  limit,
  remaining: Math.max(remainingPoints, 0),
  resetS: Math.max(Math.ceil(msBeforeNext / 1_000), 1),
});

/**
 * Fair use: each API key and each user has `limit` points per 10 s, so that a client in a loop slows only itself. With
 * Redis the instances count together; without it, or while it is away, each falls back to its own counter: callers are
 * neither blocked nor unlimited. A limit of 0 lifts the limit.
 */
export function rateLimit(limit: number, redis: SharedRedis | null): SpendPoints {
  if (limit === 0) return async () => {};
  const consume = createConsume(limit, redis);
  return async ({ actor, outcome }, points) => {
    if (!actor) return;
    const result = await consume(actorId(actor), points);
    outcome.allowance = toAllowance(limit, result);
    if (result.consumedPoints > limit) {
      const { resetS } = outcome.allowance;
      throw new AppError('RATE_LIMITED', `Too many requests; try again in ${resetS} s.`, { retryAfter: resetS });
    }
  };
}

/** Sets the headers that say how many points are left (draft-ietf-httpapi-ratelimit-headers). */
export function setRateLimitHeaders(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, _payload, next) => {
    const { allowance } = getContext(request).outcome;
    if (allowance) {
      void reply.header('ratelimit-policy', `"points";q=${allowance.limit};w=${WINDOW_S}`);
      void reply.header('ratelimit', `"points";r=${allowance.remaining};t=${allowance.resetS}`);
    }
    next();
  });
}
