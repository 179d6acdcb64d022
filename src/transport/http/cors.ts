import type { IncomingMessage } from 'node:http';
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';

// What client libraries act on: whether and when to retry, how much is left, which version was read.
const EXPOSED_HEADERS = [
  ...['x-request-id', 'retry-after', 'x-should-retry', 'ratelimit', 'ratelimit-policy', 'etag', 'www-authenticate'],
];
const PREFLIGHT_MAX_AGE_S = 600;

// A development server such as Vite's. A name of another site that resolves to this machine is not among them.
const LOOPBACK_ORIGIN = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

type Origins = Pick<Config, 'corsOrigins' | 'allowsLoopbackOrigins'>;

const listAllowed = ({ corsOrigins, allowsLoopbackOrigins }: Origins): (string | RegExp)[] => [
  ...corsOrigins,
  ...(allowsLoopbackOrigins ? [LOOPBACK_ORIGIN] : []),
];

/**
 * Allows pages of these origins to call from a browser, and to read a refusal's headers too. Without origins no header is
 * sent, and browsers block all other origins. Register it before authentication, so that a 401 has the headers as well.
 */
export async function allowOrigins(server: FastifyInstance, config: Origins): Promise<void> {
  const origin = listAllowed(config);
  if (origin.length === 0) return;
  await server.register(cors, {
    origin,
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE_S,
    // An OPTIONS that is no preflight is answered like one, and not with a plain text of the plugin.
    strictPreflight: false,
  });
}

/** Gives the headers by which a page of an allowed origin may read an answer that is sent before any route. */
export function originHeaders(config: Origins): (request: IncomingMessage) => Record<string, string> {
  const allowed = listAllowed(config);
  const isAllowed = (origin: string) =>
    allowed.some((one) => (typeof one === 'string' ? one === origin : one.test(origin)));
  return ({ headers: { origin } }) => {
    if (origin === undefined || !isAllowed(origin)) return {};
    return {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
      vary: 'Origin',
    };
  };
}

/** Whether a browser asks if a page may send a request; without a good answer the page learns nothing of the request's own. */
export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
