import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Services } from '../services.js';
import { showKeyOnLoopback } from './demo-key.js';
import { explorerPage } from './explorer-page.js';
import { PATHS } from '../paths.js';

const SCRIPT = 'text/javascript; charset=utf-8';

// Ten megabytes of text: loaded when somebody first opens the page.
const loadParts = () => import('@graphql-yoga/render-graphiql/graphiql');

/** What the page loads, by its name below the page's address. */
const PARTS = {
  'graphiql.js': [SCRIPT, ({ js }) => js],
  'graphiql.css': ['text/css; charset=utf-8', ({ css }) => css],
  'editor.worker.js': [SCRIPT, ({ editorWorkerService }) => editorWorkerService],
  'json.worker.js': [SCRIPT, ({ jsonWorker }) => jsonWorker],
  'graphql.worker.js': [SCRIPT, ({ graphqlWorker }) => graphqlWorker],
} satisfies Record<string, [type: string, of: (parts: Awaited<ReturnType<typeof loadParts>>) => string]>;

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
export function explorer(server: FastifyInstance, services: Services): void {
  const getShownKey = showKeyOnLoopback(services);
  server.get(PATHS.explorer, async (request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', buildPolicy(nonce))
      .send(explorerPage(nonce, getShownKey(request)));
  });
  for (const [name, [type, of]] of Object.entries(PARTS))
    server.get(`${PATHS.explorer}/${name}`, async (_request, reply) =>
      reply
        .type(type)
        .header('cache-control', 'max-age=3600')
        .send(of(await loadParts())),
    );
}
