import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify';
import { AppError, badUserInput } from '../../shared/app-error.js';
import { getContext } from '../context.js';
import { PATHS } from '../paths.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const satisfies HTTPMethods[];
const PROBES = new Set<string | undefined>([PATHS.live, PATHS.ready]);
const MAX_NAME_LENGTH = 100;

const malformed = (message: string, path: string[] = []) => badUserInput([{ path, code: 'INVALID', message }]);

function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]!.length === 4 && rawHeaders[index]!.toLowerCase() === 'host') hosts += 1;
  return hosts > 1;
}

// What stands around a host in a URL is not part of one.
const isHost = (host: string): boolean => !/[/\\?#@\s]/.test(host) && URL.canParse(`http://${host}`);

function hasGoodHost(request: FastifyRequest): boolean {
  const { raw, headers } = request;
  // Old load balancers check health without one.
  if (headers.host === undefined) return raw.httpVersion === '1.0' && PROBES.has(getContext(request).route.url);
  return isHost(headers.host) && !hasTwoHosts(raw.rawHeaders);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

// Fastify's parser passes on as text what it cannot decode.
function findUndecodable(url: string): AppError | null {
  const start = url.indexOf('?');
  if (start < 0 || !url.includes('%', start)) return null;
  const pair = url
    .slice(start + 1)
    .split('&')
    .find((text) => !isDecodable(text));
  if (pair === undefined) return null;
  const name = pair.split('=', 1)[0]!;
  const path = isDecodable(name) ? [decodeURIComponent(name).slice(0, MAX_NAME_LENGTH)] : [];
  return malformed('A query parameter must be percent-encoded UTF-8.', path);
}

function findFault(request: FastifyRequest): AppError | null {
  const { expect = '100-continue' } = request.headers;
  if (!hasGoodHost(request)) return malformed('Send one Host header with a host name, such as example.org:4000.');
  if (expect.toLowerCase() !== '100-continue') return malformed('Expect can only be 100-continue.');
  return findUndecodable(request.url);
}

/** Refuses requests that are HTTP but not well-formed, before anything else looks at them. */
export function refuseMalformedRequests(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, next) => next(findFault(request) ?? undefined));
}

/**
 * Answers unknown paths, other methods and OPTIONS before a body is read: a caller without a credential must not make the
 * service wait.
 */
export function refuseUnknownRoutes(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, next) => {
    if (request.is404) return next(new AppError('NOT_FOUND', 'No such endpoint.'));
    const { allow } = getContext(request).route.config;
    if (allow === undefined) return next();
    void reply.header('allow', allow);
    if (request.method === 'OPTIONS') return void reply.code(204).send();
    next(new AppError('METHOD_NOT_ALLOWED', `This endpoint takes ${allow}.`));
  });
}

/**
 * Notes the path of every route that is registered from now on.
 * @returns what registers the other methods of the same paths, to be answered with 405 and Allow.
 */
export function watchPaths(server: FastifyInstance): () => void {
  const paths = new Set<string>();
  server.addHook('onRoute', ({ url }) => void paths.add(url));
  return () => {
    paths.delete('*');
    for (const url of [...paths]) {
      const allow = METHODS.filter((method) => server.hasRoute({ url, method }));
      server.route({
        method: METHODS.filter((method) => !allow.includes(method)),
        ...{
          url,
          config: { allow: [...allow, 'OPTIONS'].join(', ') },
          schema: { hide: true },
          handler: async () => undefined,
        },
      });
    }
  };
}
