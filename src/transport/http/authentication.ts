import type { FastifyInstance, FastifyRequest } from 'fastify';
import { logDenial } from '../../identity/denial-log.js';
import { AppError } from '../../shared/app-error.js';
import { getContext } from '../context.js';
import { prefersPage } from '../media-type.js';
import { PATHS } from '../paths.js';
import type { Services } from '../services.js';
import { isGraphQL } from './send-error.js';

// None of them holds any data.
const PUBLIC_PATHS = new Set<string>([
  ...[PATHS.live, PATHS.ready, PATHS.openapi, PATHS.start, PATHS.schema, PATHS.favicon],
]);
const PUBLIC_FOLDERS = [PATHS.reference, PATHS.explorer];

// A browser that opens /graphql gets a page without data on it where there is one; no operation runs.
const asksForPage = (request: FastifyRequest): boolean =>
  isGraphQL(request) && prefersPage(request) && request.headers.authorization === undefined;

const isPublic = (request: FastifyRequest, hasPage: boolean): boolean =>
  PUBLIC_PATHS.has(request.routeOptions.url ?? '') ||
  PUBLIC_FOLDERS.some((folder) => (request.routeOptions.url ?? '').startsWith(folder)) ||
  (hasPage && asksForPage(request));

/** Finds out who calls, before anything of the body is read. @throws AppError UNAUTHENTICATED */
export function authenticateCallers(server: FastifyInstance, services: Services): void {
  const { authenticate, config, credentialHint } = services;
  server.addHook('onRequest', async (request) => {
    if (isPublic(request, config.hasExplorers)) return;
    const context = getContext(request);
    const result = await authenticate(request.headers.authorization);
    if ('failure' in result) {
      logDenial(context, result.failure, request.headers.authorization ?? '');
      throw new AppError('UNAUTHENTICATED', `A valid credential is needed. ${credentialHint}`);
    }
    context.actor = result.actor;
  });
}
