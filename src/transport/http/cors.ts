import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

// What client libraries act on: whether and when to retry, how much is left, which version was read.
const EXPOSED_HEADERS = [
  ...['x-request-id', 'retry-after', 'x-should-retry', 'ratelimit', 'ratelimit-policy', 'etag', 'www-authenticate'],
];
const PREFLIGHT_MAX_AGE_S = 600;

/**
 * Allows pages of these origins to call from a browser, and to read a refusal's headers too. Without origins no header is
 * sent, and browsers block all other origins. Register it before authentication, so that a 401 has the headers as well.
 */
export async function allowOrigins(server: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await server.register(cors, {
    origin: [...origins],
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE_S,
    // An OPTIONS that is no preflight is answered like one, and not with a plain text of the plugin.
    strictPreflight: false,
  });
}
