import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Services } from '../services.js';
import { showKeyOnLoopback } from './demo-key.js';
import { explorerPage, PARTS } from './explorer-page.js';
import { PATHS } from '../paths.js';
import type { Site } from './site.js';

// Scripts and style elements need the nonce; the code editor's workers are parts of this page. Nothing is loaded from other
// hosts, and no style attribute applies: what the editor writes into them is set by a script.
const buildPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self' data:",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** GraphiQL with a worked example for every operation, served from here: it needs no other host. */
export function explorer(server: FastifyInstance, services: Services, site: Site): void {
  const getShownKey = showKeyOnLoopback(services);
  server.get(PATHS.explorer, async (request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', buildPolicy(nonce))
      .send(explorerPage(nonce, getShownKey(request), await site.urlsOf(PARTS)));
  });
}
