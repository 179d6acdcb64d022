import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestContext } from '../identity/request-context.js';
import type { Outcome } from '../telemetry/outcome.js';

/** A request's context inside the HTTP layer. Apollo copies the object, so what it learns goes into `outcome`. */
export interface HttpRequestContext extends RequestContext {
  /** The trace that the request is part of; none where tracing is off. */
  traceId?: string;
  outcome: Outcome;
}

/** Gets what `setContext` stored: arguments instead of an augmentation of Fastify's types, so that each use is visible. */
export type GetContext = (request: FastifyRequest) => HttpRequestContext;

const CONTEXT = 'context';

export function declareContext(server: FastifyInstance): void {
  server.decorateRequest(CONTEXT, null);
}

export function setContext(request: FastifyRequest, context: HttpRequestContext): void {
  request.setDecorator(CONTEXT, context);
}

export const getContext: GetContext = (request) => request.getDecorator<HttpRequestContext>(CONTEXT);
