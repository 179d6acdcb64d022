import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Services } from '../services.js';
import { showKeyOnLoopback } from './demo-key.js';
import { explorerPage, PARTS, type PartUrls } from './explorer-page.js';
import { PATHS } from '../paths.js';
import type { Site } from './site.js';

async function findParts(site: Site): Promise<PartUrls> {
  const urls = await Promise.all(PARTS.map((name) => site.urlOf(`${PATHS.assets}/${name}`)));
  return Object.fromEntries(PARTS.map((name, at) => [name, urls[at]])) as PartUrls;
}

// Scripts and style sheets need the nonce. The code editor places its lines by style attributes, and its workers are parts of
// this page; nothing is loaded from other hosts.
const buildPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
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
      .send(explorerPage(nonce, getShownKey(request), await findParts(site)));
  });
}
