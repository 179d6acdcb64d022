import type { FastifyInstance } from 'fastify';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { actorId } from '../../identity/actor.js';
import { AppError } from '../../shared/app-error.js';
import { getContext, type HttpRequestContext } from '../context.js';
import { PointCounter, type Spent } from './point-counter.js';
import type { SharedRedis } from './redis.js';

const WINDOW_S = 10;

/**
 * Charges the calling credential points, of which it has a number per 10 s; without a credential nothing is charged. The
 * promise rejects with an AppError RATE_LIMITED once it has spent more.
 * @returns undefined where the points were charged and nothing has to be waited for.
 */
export type SpendPoints = (context: HttpRequestContext, points: number) => Promise<void> | undefined;

type CountShared = (credentialId: string, points: number) => Promise<Spent>;

// It rejects with the result once the points are spent.
const resultOrThrow = (rejection: unknown): RateLimiterRes => {
  if (rejection instanceof RateLimiterRes) return rejection;
  throw rejection;
};

function countInRedis(limit: number, redis: SharedRedis, alone: PointCounter): CountShared {
  const shared = new RateLimiterRedis({
    points: limit,
    duration: WINDOW_S,
    keyPrefix: 'avara-express',
    storeClient: redis.client,
  });
  return async (id, points) => {
    try {
      const { consumedPoints, msBeforeNext } = await shared.consume(id, points).catch(resultOrThrow);
      return { points: consumedPoints, msLeft: msBeforeNext };
    } catch (error) {
      redis.reportFailure(error);
      return alone.add(id, points);
    }
  };
}

/** Notes what is left of the limit. @returns the error of a credential that has spent more. */
function settle({ outcome }: HttpRequestContext, limit: number, { points, msLeft }: Spent): AppError | undefined {
  const resetS = Math.max(Math.ceil(msLeft / 1_000), 1);
  outcome.allowance = { limit, remaining: Math.max(limit - points, 0), resetS };
  if (points <= limit) return undefined;
  return new AppError('RATE_LIMITED', `Too many requests; try again in ${resetS} s.`, { retryAfter: resetS });
}

/**
 * Fair use: each API key and each user has `limit` points per 10 s, so that a client in a loop slows only itself. With
 * Redis the instances count together; without it, or while it is away, each falls back to its own counter: callers are
 * neither blocked nor unlimited. A limit of 0 lifts the limit.
 */
export function rateLimit(limit: number, redis: SharedRedis | null): SpendPoints {
  if (limit === 0) return () => undefined;
  const alone = new PointCounter(WINDOW_S * 1_000);
  const countShared = redis && countInRedis(limit, redis, alone);
  return (context, points) => {
    const { actor } = context;
    if (!actor) return undefined;
    if (redis?.isAvailable()) {
      return countShared!(actorId(actor), points).then((spent) => {
        const exceeded = settle(context, limit, spent);
        if (exceeded) throw exceeded;
      });
    }
    const exceeded = settle(context, limit, alone.add(actorId(actor), points));
    return exceeded && Promise.reject(exceeded);
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
