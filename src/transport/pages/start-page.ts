import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { version } from '../../../package.json';
import type { Services } from '../services.js';
import { startPageHtml, type Fact, type Link } from './start-page-html.js';
import { PATHS } from '../paths.js';

const EXPLORERS: Link[] = [
  {
    path: PATHS.explorer,
    name: 'Explorer',
    about: 'GraphiQL with a worked example for every operation. Needs no internet.',
    isFirst: true,
  },
  {
    path: PATHS.graphql,
    name: 'Apollo Sandbox',
    about: 'The same service in Apollo’s explorer, loaded from the internet.',
  },
];

const DASHBOARD: Link = {
  path: PATHS.dashboard,
  name: 'Dashboard',
  about: 'Find, create and change customers, and follow what happens to them.',
  isFirst: true,
};

const SCHEMA: Link = { path: PATHS.schema, name: 'GraphQL schema', about: 'All that can be asked, with descriptions.' };

const DOCS: Link = {
  path: `${PATHS.docs}/`,
  name: 'Documentation',
  about: 'Guides, references and samples, with a search.',
};

const ALWAYS: Link[] = [
  { path: PATHS.reference, name: 'REST reference', about: 'The published REST API, to read and try.' },
  { path: PATHS.openapi, name: 'OpenAPI description', about: 'The REST API for your tools.' },
  { path: PATHS.ready, name: 'Health', about: 'Whether it can work right now.' },
];

const listLinks = ({ config }: Services): Link[] => [
  ...(config.hasDashboard ? [DASHBOARD] : []),
  ...(config.hasExplorers ? EXPLORERS : []),
  ...(config.hasDocs ? [DOCS] : []),
  ...(config.introspection ? [SCHEMA] : []),
  ...ALWAYS,
];

function listFacts({ config, database }: Services): Fact[] {
  if (config.isProduction) return [];
  const postgresql = database.isStandby ? 'PostgreSQL, a standby: changes are refused' : 'PostgreSQL';
  const engine = database.engine === 'embedded' ? 'embedded PostgreSQL (PGlite)' : postgresql;
  return [
    { name: 'Version', value: version },
    { name: 'Engine', value: engine },
  ];
}

/** The page at `/` for people with a browser. In production it shows only that the service is up and where its references are. */
export function startPage(server: FastifyInstance, services: Services, schemaText: string): void {
  server.get(PATHS.start, async (_request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      )
      .send(startPageHtml(nonce, listFacts(services), listLinks(services)));
  });
  // Browsers ask for it on every page.
  server.get(PATHS.favicon, async (_request, reply) => reply.code(204).header('cache-control', 'max-age=86400').send());
  if (!services.config.introspection) return;
  server.get(PATHS.schema, async (_request, reply) => reply.type('text/plain; charset=utf-8').send(schemaText));
}
