import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

// What client libraries act on: whether and when to retry, how much is left, which version was read.
const EXPOSED_HEADERS = [
  ...['x-request-id', 'retry-after', 'x-should-retry', 'ratelimit', 'ratelimit-policy', 'etag', 'www-authenticate'],
];
const PREFLIGHT_KEPT_S = 600;

/**
 * Lets pages of these origins call from a browser, and read a refusal's headers too. Without any, no header is sent and
 * browsers keep all other origins out. Registered first, so that a 401 carries the headers as well.
 */
export async function allowOrigins(server: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await server.register(cors, {
    origin: [...origins],
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_KEPT_S,
    // An OPTIONS that is no preflight is answered like one, and not with a plain text of the plugin.
    strictPreflight: false,
  });
}
