import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { actorId } from '../../identity/actor.js';
import { AppError } from '../../shared/app-error.js';
import type { Allowance } from '../../telemetry/outcome.js';
import { getContext, type HttpRequestContext } from '../context.js';

const WINDOW_S = 10;

/**
 * Takes points from what the calling credential may spend in 10 s; without a credential nothing is taken.
 * @throws AppError RATE_LIMITED once it has spent more.
 */
export type SpendPoints = (context: HttpRequestContext, points: number) => Promise<void>;

function limiterOf(points: number, redis: Redis | null): RateLimiterAbstract {
  const options = { points, duration: WINDOW_S, keyPrefix: 'avara-express' };
  const memory = new RateLimiterMemory(options);
  // An instance that cannot reach Redis goes on with a limit of its own: neither does everybody wait, nor nobody.
  return redis ? new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter: memory }) : memory;
}

const allowanceOf = (limit: number, { remainingPoints, msBeforeNext }: RateLimiterRes): Allowance => ({
  limit,
  remaining: Math.max(remainingPoints, 0),
  resetS: Math.max(Math.ceil(msBeforeNext / 1_000), 1),
});

/**
 * Fair use: each API key and each user has `limit` points for every 10 s, so that a client in a loop slows nobody but
 * itself. With Redis the instances count together. A limit of 0 lets everybody spend what they like.
 */
export function rateLimit(limit: number, redis: Redis | null): SpendPoints {
  if (limit === 0) return async () => {};
  const limiter = limiterOf(limit, redis);
  return async ({ actor, outcome }, points) => {
    if (!actor) return;
    const result = await limiter.consume(actorId(actor), points).catch((refusal: unknown) => {
      if (refusal instanceof RateLimiterRes) return refusal;
      throw refusal;
    });
    outcome.allowance = allowanceOf(limit, result);
    if (result.consumedPoints > limit) {
      const { resetS } = outcome.allowance;
      throw new AppError('RATE_LIMITED', `Too many requests; try again in ${resetS} s.`, { retryAfter: resetS });
    }
  };
}

/** Tells callers in every answer what they have left (draft-ietf-httpapi-ratelimit-headers). */
export function tellAllowance(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, _payload, next) => {
    const { allowance } = getContext(request).outcome;
    if (allowance) {
      void reply.header('ratelimit-policy', `"points";q=${allowance.limit};w=${WINDOW_S}`);
      void reply.header('ratelimit', `"points";r=${allowance.remaining};t=${allowance.resetS}`);
    }
    next();
  });
}
