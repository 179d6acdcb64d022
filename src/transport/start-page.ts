import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { version } from '../../package.json';
import { ExpressCustomerOrder } from '../customer/express-customers.args.js';
import { ExpressCustomerRepository } from '../customer/express-customer.repository.js';
import { readApiKeyToken } from '../identity/api-key-token.js';
import { EXPLORER_PATH } from './explorer/explorer-page.js';
import { GRAPHQL_PATH } from './graphql-endpoint.js';
import { OPENAPI_PATH, REFERENCE_PATH } from './rest-endpoint.js';
import type { Services } from './services.js';

export const START_PATH = '/';
export const SCHEMA_PATH = '/schema.graphql';

const STYLE = `
  :root { color-scheme: light dark; background: light-dark(#fff, #16181d); color: light-dark(#1b1f24, #e6e8eb); }
  a { color: light-dark(#0b57d0, #9ec5ff); }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
  h1 { font-size: 1.6rem; line-height: 1.2; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.5rem; }
  dt { font-weight: 600; }
  dd { margin: 0; }`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

type Facts = [name: string, value: string][];
type Links = [path: string, what: string][];

const page = (nonce: string, facts: Facts, links: Links): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Avara Express customers</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1>Avara Express customers</h1>
<p>The system of record for Express customers, which group the users and studies of a clinic. It is up.</p>
<dl>
${facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('\n')}
</dl>
<h2>Where to go</h2>
<ul>
${links.map(([path, what]) => `<li><a href="${path}">${escaped(path)}</a>: ${escaped(what)}</li>`).join('\n')}
</ul>
</main>
</body>
</html>
`;

const EXPLORERS: Links = [
  [EXPLORER_PATH, 'GraphiQL with a worked example for every operation; needs no internet'],
  [GRAPHQL_PATH, 'Apollo Sandbox with the first of them'],
];

function linksOf({ config }: Services): Links {
  return [
    ...(config.hasExplorers ? EXPLORERS : []),
    ...(config.introspection ? ([[SCHEMA_PATH, 'the GraphQL schema']] as Links) : []),
    [REFERENCE_PATH, 'the REST API, to read and try'],
    [OPENAPI_PATH, 'its OpenAPI description'],
    ['/readyz', 'whether it can work right now'],
  ];
}

async function factsOf({ config, database, demoToken }: Services): Promise<Facts> {
  if (config.isProduction) return [];
  const engine = database.engine === 'embedded' ? 'embedded PostgreSQL (PGlite)' : 'PostgreSQL';
  const facts: Facts = [
    ['Version', version],
    ['Engine', engine],
  ];
  const demo = demoToken === null ? null : readApiKeyToken(demoToken);
  if (!demo || 'refusal' in demo) return facts;
  const customers = new ExpressCustomerRepository(database.dataSource.manager, demo.clinicId);
  const count = await customers.count({ orderBy: ExpressCustomerOrder.CREATED_AT_DESC });
  return [...facts, ['Customers of the demo clinic', String(count)]];
}

/** A page for people who look rather than read. In production it tells nothing but that the service is up. */
export function startPage(server: FastifyInstance, services: Services, schemaText: string): void {
  server.get(START_PATH, async (_request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    const facts = await factsOf(services);
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .header(
        'content-security-policy',
        `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      )
      .send(page(nonce, facts, linksOf(services)));
  });
  if (!services.config.introspection) return;
  server.get(SCHEMA_PATH, async (_request, reply) => reply.type('text/plain; charset=utf-8').send(schemaText));
}
