import type { FastifyInstance } from 'fastify';
import { actorId } from '../../identity/actor.js';

/**
 * One line per request. It names who, what, how it ended and how long it took, and is put together from just these
 * fields: no body, header, name or key ever passes by.
 */
export function logRequests(server: FastifyInstance): void {
  server.addHook('onResponse', (request, reply, next) => {
    const { context } = request;
    const line = {
      requestId: request.id,
      ...(context.traceId !== undefined && { traceId: context.traceId }),
      operation: context.outcome.operation ?? 'unknown',
      actor: context.actor ? actorId(context.actor) : null,
      clinicId: context.actor?.clinicId ?? null,
      code: context.outcome.code ?? 'OK',
      ...(context.outcome.isRepeated && { repeated: true }),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    };
    request.server.log[reply.statusCode >= 500 ? 'error' : 'info'](line, 'request');
    next();
  });
}
