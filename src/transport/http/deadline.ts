import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serviceUnavailable } from '../errors.js';

const ANSWERED_WITHIN_MS = 4_500;

declare module 'fastify' {
  interface FastifyRequest {
    deadline: NodeJS.Timeout | null;
  }
}

/**
 * Answers 503 SERVICE_UNAVAILABLE 4.5 s after a request came in, whatever it waits for: a connection, a lock and a statement
 * may each keep their own bound and still add up. What runs goes on, and its own answer is dropped; a create that is
 * asked for again with its idempotency key finds it. Fastify's `handlerTimeout` would do the same, but forgets the timer
 * as soon as a body has been read, and aborts a signal for each (fastify/fastify#6725).
 */
export function answerInTime(server: FastifyInstance): void {
  server.decorateRequest('deadline', null);
  server.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, next) => {
    request.deadline = setTimeout(() => {
      request.deadline = null;
      if (!reply.sent && !reply.raw.headersSent) void reply.send(serviceUnavailable());
    }, ANSWERED_WITHIN_MS);
    next();
  });
  server.addHook('onResponse', (request, reply, next) => {
    if (request.deadline) clearTimeout(request.deadline);
    // Without this Fastify would warn of the answer that comes late, and log its whole address.
    else reply.hijack();
    next();
  });
}
