import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestContext } from '../identity/request-context.js';
import type { Outcome } from '../telemetry/outcome.js';

/** What a request's route is registered with. */
export interface Route {
  /** The pattern of its path; undefined where no route fits. */
  url: string | undefined;
  config: { operationId?: string; allow?: string };
}

/** A request's context inside the HTTP layer. Apollo copies the object, so what it learns goes into `outcome`. */
export interface HttpRequestContext extends RequestContext {
  /** Kept, since Fastify composes `request.routeOptions` again for every reader. */
  route: Route;
  /** The trace that the request is part of; none where tracing is off. */
  traceId?: string;
  outcome: Outcome;
  /** Whether errors name their place in the documentation. */
  hasDocs: boolean;
  /** Gives back what the request holds now, room for its body or a place; nothing where it holds neither. */
  release: (() => void) | undefined;
  /** Called in their order once the answer has been sent or the caller has hung up; added by `onEnd`. */
  ends: (() => void)[];
}

/** Gets what `setContext` stored: arguments instead of an augmentation of Fastify's types, so that each use is visible. */
export type GetContext = (request: FastifyRequest) => HttpRequestContext;

const CONTEXT = 'context';

/** A request, with the property that `declareContext` gives it. Fastify's `getDecorator` searches a list at each of a dozen reads. */
type WithContext = FastifyRequest & { [CONTEXT]: HttpRequestContext };

export function declareContext(server: FastifyInstance): void {
  server.decorateRequest(CONTEXT, null);
}

/** Stores the context and observes when its request ends: with one listener for all, since each costs about 1 µs per request. */
export function setContext(request: FastifyRequest, context: HttpRequestContext, response: ServerResponse): void {
  (request as WithContext)[CONTEXT] = context;
  response.on('close', () => {
    for (const end of context.ends) end();
  });
}

export const getContext: GetContext = (request) => (request as WithContext)[CONTEXT];

/** Calls back once the answer has been sent or its caller has hung up, exactly once. */
export function onEnd(request: FastifyRequest, callback: () => void): void {
  getContext(request).ends.push(callback);
}
