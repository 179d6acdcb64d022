import type { FastifyInstance, FastifyRequest } from 'fastify';
import { getContext, onEnd, type HttpRequestContext } from '../context.js';

/** How a request ended. */
export interface Completion {
  request: FastifyRequest;
  context: HttpRequestContext;
  /** The error code of the answer, `OK` for a success, `ABORTED` where the caller hung up before it had the whole answer. */
  code: string;
  /** 499 where the caller hung up before the answer began. */
  status: number;
  /** From the request's headers to the last byte of its answer. */
  ms: number;
  isAborted: boolean;
}

export type CompletionObserver = (completion: Completion) => void;

const CLIENT_CLOSED_REQUEST = 499;

/**
 * Calls every observer exactly once per request, whether its answer was sent or its caller hung up. Fastify's `onResponse`
 * does not run for callers who hang up, and those are often the slow requests that an operator looks for.
 */
export function observeCompletions(server: FastifyInstance, observers: readonly CompletionObserver[]): void {
  server.addHook('onRequest', (request, reply, next) => {
    const { raw } = reply;
    const context = getContext(request);
    onEnd(request, () => {
      const isAborted = !raw.writableFinished;
      const code = isAborted ? 'ABORTED' : (context.outcome.code ?? 'OK');
      const status = raw.headersSent ? raw.statusCode : CLIENT_CLOSED_REQUEST;
      for (const observe of observers) observe({ request, context, code, status, ms: reply.elapsedTime, isAborted });
    });
    next();
  });
}
