import type { FastifyInstance, FastifyReply } from 'fastify';
import { onEnd } from '../context.js';
import { serviceUnavailable } from '../errors.js';

const ANSWERED_WITHIN_MS = 4_500;

function answerLate(reply: FastifyReply): void {
  if (reply.sent || reply.raw.headersSent) return;
  void reply.send(serviceUnavailable('the deadline of the request'));
  // The handler's own answer comes later and is dropped. Without this Fastify would warn of it and log the whole URL.
  if (reply.raw.writableEnded) reply.hijack();
}

/**
 * Answers 503 SERVICE_UNAVAILABLE 4.5 s after a request's headers arrived, whatever it waits for: a connection, a lock and a
 * statement each have their own timeout, and these can add up. Work in progress goes on and its answer is dropped; a create
 * that is repeated with its idempotency key finds the result. Fastify's `handlerTimeout` would do the same, but forgets the
 * timer as soon as a body has been read, and aborts a signal for each request (fastify/fastify#6725).
 */
export function enforceDeadline(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, next) => {
    const timer = setTimeout(answerLate, ANSWERED_WITHIN_MS, reply);
    onEnd(request, () => clearTimeout(timer));
    next();
  });
}
