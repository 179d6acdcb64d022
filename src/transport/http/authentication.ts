import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuthenticationResult } from '../../identity/authentication-result.js';
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
const PUBLIC_FOLDERS = [PATHS.reference, PATHS.explorer, PATHS.docs, PATHS.assets, PATHS.dashboard];

// A browser that opens /graphql gets a page without data on it where there is one; no operation runs.
const asksForPage = (request: FastifyRequest): boolean =>
  isGraphQL(request) && prefersPage(request) && request.headers.authorization === undefined;

const isPublicPath = (url: string): boolean =>
  PUBLIC_PATHS.has(url) || PUBLIC_FOLDERS.some((folder) => url.startsWith(folder));

const isPublic = (request: FastifyRequest, url: string, hasPage: boolean): boolean =>
  isPublicPath(url) || (hasPage && asksForPage(request));

/**
 * Finds out who calls, before anything of the body is read. Without a promise where the credential is remembered: waiting
 * for a settled one costs more than the look-up.
 * @throws AppError UNAUTHENTICATED
 */
export function authenticateCallers(server: FastifyInstance, services: Services): void {
  const { authenticate, config, credentialHint } = services;
  server.addHook('onRequest', (request, _reply, next) => {
    const context = getContext(request);
    const { authorization } = request.headers;
    if (isPublic(request, context.route.url ?? '', config.hasExplorers)) return next();
    const accept = (result: AuthenticationResult) => {
      if ('failure' in result) {
        logDenial(context, result.failure, authorization ?? '');
        return next(new AppError('UNAUTHENTICATED', `A valid credential is needed. ${credentialHint}`));
      }
      context.actor = result.actor;
      next();
    };
    const result = authenticate(authorization);
    if (result instanceof Promise) result.then(accept, next);
    else accept(result);
  });
}
