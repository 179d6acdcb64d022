import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { createClient, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { PATHS } from '../../src/transport/paths.js';
import { generateApolloManifest, generateCodegenManifest } from '../support/clients/manifests.js';
import { startService, type Answer, type Clinic, type Service } from '../support/service.js';

// The generators want each fragment to have a name of its own.
const withRow = (document: string, name: string) =>
  `${document.replace('...Row', `...${name}`)} fragment ${name} on ExpressCustomer { id expressCustomerName metadata }`;
const GET = withRow('query Get($id: ID!) { expressCustomer(expressCustomerId: $id) { ...Row } }', 'Found');
const LIST = withRow('query List($first: Int! = 5) { expressCustomers(first: $first) { nodes { ...Row } } }', 'Listed');
const CREATE = withRow(
  'mutation Create($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { ...Row } }',
  'Created',
);
const DOCUMENTS = [GET, LIST, CREATE];
const ENTITIES = `query Entities($of: [_Any!]!) { _entities(representations: $of) { ... on ExpressCustomer { expressCustomerName } } }`;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

let folder: string;
const services: Service[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'avara-manifests-'));
});
afterAll(async () => {
  for (const service of services) await service.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The ids of the documents by operation name, in whatever format. */
function readIds(manifest: string): Record<string, string> {
  const content = JSON.parse(manifest);
  const entries: [string, string][] =
    content.operations?.map(({ id, body }: { id: string; body: string }) => [id, body]) ?? Object.entries(content);
  return Object.fromEntries(entries.map(([id, text]) => [/(?:query|mutation) (\w+)/.exec(text)![1]!, id]));
}

async function startTrusting(manifest: string, environment: NodeJS.ProcessEnv = {}): Promise<Service> {
  const file = join(folder, `${services.length}.json`);
  await writeFile(file, manifest);
  const settings = { TRUSTED_DOCUMENTS: file, TRUSTED_DOCUMENTS_ONLY: 'true', ...environment };
  const service = await startService('embedded', settings);
  services.push(service);
  return service;
}

interface Sent {
  query?: string;
  id?: string;
  variables?: Record<string, unknown>;
}

function send(service: Service, { token }: Clinic, { query, id, variables }: Sent, headers = {}): Promise<Answer> {
  const extensions = id === undefined ? undefined : { persistedQuery: { version: 1, sha256Hash: id } };
  return service.request('/graphql', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables, extensions }),
  });
}

const codeOf = ({ body }: Answer): string | undefined => body.errors?.[0]?.extensions.code;

describe.each([
  ['@apollo/generate-persisted-query-manifest', () => generateApolloManifest(DOCUMENTS)],
  ["graphql-codegen's client preset", () => generateCodegenManifest(DOCUMENTS, true)],
  [
    "graphql-codegen's client preset with SHA-256",
    () => generateCodegenManifest(DOCUMENTS, { hashAlgorithm: 'sha256' }),
  ],
])('with a manifest of %s', (_title, generate) => {
  let service: Service;
  let clinic: Clinic;
  let ids: Record<string, string>;
  beforeAll(async () => {
    const manifest = await generate();
    ids = readIds(manifest);
    service = await startTrusting(manifest);
  });
  beforeEach(async () => {
    clinic = await service.newClinic();
  });

  it('runs its documents by their ids, past the pipeline from the first call', async () => {
    const input = { expressCustomerName: 'Anna', metadata: { region: 'north' } };
    const created = await send(service, clinic, { id: ids.Create!, variables: { input } });
    expect((await service.requestLine(created)).repeated).toBe(true);
    const { id } = created.body.data!.createExpressCustomer;
    const found = await send(service, clinic, { id: ids.Get!, variables: { id } });
    expect(found.body.data!.expressCustomer).toMatchObject({ ...input, id });
    const search = new URLSearchParams({
      extensions: JSON.stringify({ persistedQuery: { version: 1, sha256Hash: ids.List } }),
    });
    const headers = { authorization: `Bearer ${clinic.token}` };
    const listed = await service.request(`/graphql?${search.toString()}`, { headers });
    expect(listed.body.data!.expressCustomers.nodes).toMatchObject([input]);
    expect((await service.requestLine(listed)).repeated).toBe(true);
  });

  it('names the faults of variables as for any other document', async () => {
    const { status, body } = await send(service, clinic, { id: ids.List!, variables: { first: 'x' } });
    expect(status).toBe(400);
    expect(body.errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: ['first'] }] });
  });

  it('works with Apollo Client 4 and urql, which send the ids', async () => {
    const url = `${service.url}/graphql`;
    const headers = { authorization: `Bearer ${clinic.token}` };
    const nameOf = ({ definitions }: { definitions: readonly any[] }) =>
      definitions.find(({ kind }) => kind === 'OperationDefinition').name.value as string;
    const generateHash = async (document: any) => ids[nameOf(document)]!;
    const apollo = new ApolloClient({
      link: new PersistedQueryLink({ generateHash }).concat(new HttpLink({ uri: url, headers })),
      cache: new InMemoryCache(),
    });
    const byApollo = await apollo.query<any>({ query: gql(LIST), fetchPolicy: 'no-cache' });
    expect(byApollo.data.expressCustomers.nodes).toEqual(expect.any(Array));
    const urql = createClient({
      ...{ url, fetchOptions: { headers } },
      exchanges: [
        persistedExchange({
          ...{ enforcePersistedQueries: true, enableForMutation: true },
          generateHash: async (_text, document) => generateHash(document),
        }),
        fetchExchange,
      ],
    });
    const byUrql = await urql.mutation(CREATE, { input: { expressCustomerName: 'Urql' } }).toPromise();
    expect(byUrql.data.createExpressCustomer).toMatchObject({ expressCustomerName: 'Urql' });
  });
});

describe('where only trusted documents run', () => {
  let service: Service;
  let clinic: Clinic;
  let trusted: string;
  beforeAll(async () => {
    const manifest = await generateCodegenManifest(DOCUMENTS, true);
    trusted = Object.values(JSON.parse(manifest) as Record<string, string>).find((text) => text.includes('List'))!;
    service = await startTrusting(manifest);
    clinic = await service.newClinic();
  });
  const rowsOf = async (of: Clinic) => (await send(service, of, { query: trusted })).body.data!.expressCustomers.nodes;

  it('runs a trusted document that is sent in full, and persists it by its own hash', async () => {
    const { body } = await send(service, clinic, { query: trusted });
    expect(body.data!.expressCustomers.nodes).toEqual(expect.any(Array));
    await send(service, clinic, { query: trusted, id: sha256(trusted) });
    expect((await send(service, clinic, { query: trusted, id: sha256(trusted) })).body.data).toBeDefined();
  });

  const other = 'mutation { createExpressCustomer(input: { expressCustomerName: "Not trusted" }) { id } }';
  it.each<[string, () => Sent]>([
    ['another document', () => ({ query: other })],
    ['another document with its hash', () => ({ query: other, id: sha256(other) })],
    ['another document under the id of a trusted one', () => ({ query: other, id: sha256(trusted) })],
    ['a trusted document with one more space', () => ({ query: `${trusted} ` })],
    ['an unknown id', () => ({ id: sha256(other) })],
    ['introspection', () => ({ query: '{ __schema { types { name } } }' })],
    ['only __typename', () => ({ query: '{ __typename }' })],
    ['an empty document', () => ({ query: '' })],
    ['a document that is no GraphQL', () => ({ query: '{' })],
    ['a document that does not fit the schema', () => ({ query: '{ nothing }' })],
    ['the entities of a router', () => ({ query: ENTITIES, variables: { of: [] } })],
    ['the schema for a router', () => ({ query: '{ _service { sdl } }' })],
  ])('refuses %s, each time, and nothing of it runs', async (_title, sent) => {
    const own = await service.newClinic();
    for (const headers of [{}, { accept: 'application/graphql-response+json' }, { referer: `${service.url}/` }]) {
      const answer = await send(service, own, sent(), headers);
      expect(answer.status).toBe(400);
      expect(answer.body.errors).toEqual([
        {
          message: expect.stringContaining('Only trusted documents run here'),
          extensions: { code: 'OPERATION_NOT_TRUSTED', requestId: expect.any(String) },
        },
      ]);
      expect((await service.requestLine(answer)).code).toBe('OPERATION_NOT_TRUSTED');
    }
    expect(await rowsOf(own)).toEqual([]);
  });

  it.each([
    ['by GET', (query: string) => `/graphql?query=${encodeURIComponent(query)}`, undefined],
    ['by GET, twice', (query: string) => `/graphql?query={__typename}&query=${encodeURIComponent(query)}`, undefined],
    ['in a list', () => '/graphql', (query: string) => [{ query }]],
    ['with members that nobody knows', () => '/graphql', (query: string) => ({ query, elsewhere: true })],
    ['in an object', () => '/graphql', (query: string) => ({ query: { kind: 'Document', query } })],
  ])('runs no other document %s', async (_title, address, body) => {
    const own = await service.newClinic();
    const headers = { authorization: `Bearer ${own.token}`, 'content-type': 'application/json' };
    const call = body && { method: 'POST', body: JSON.stringify(body(other)) };
    const answer = await service.request(address(other), { headers, ...call });
    expect(answer.status).toBe(400);
    expect(answer.body.data).toBeUndefined();
    expect(await rowsOf(own)).toEqual([]);
  });

  it('says what is missing where a request has no operation at all', async () => {
    expect(codeOf(await send(service, clinic, { variables: { a: 1 } }))).toBe('BAD_REQUEST');
  });

  it.each([PATHS.explorer, PATHS.graphql])('lets people try other operations on the page %s', async (page) => {
    const own = await service.newClinic();
    const headers = { referer: `${service.url}${page}` };
    const query = `# ${page}\n{ __schema { queryType { name } } expressCustomers { totalCount } }`;
    for (let time = 0; time < 2; time += 1)
      expect((await send(service, own, { query }, headers)).body).toMatchObject({
        data: { expressCustomers: { totalCount: 0 } },
      });
    expect(codeOf(await send(service, own, { query }))).toBe('OPERATION_NOT_TRUSTED');
    const elsewhere = { referer: `http://other.example${page}` };
    expect(codeOf(await send(service, own, { query }, elsewhere))).toBe('OPERATION_NOT_TRUSTED');
  });
});

it('makes no exception for pages in production, which has none', async () => {
  const service = await startTrusting(await generateCodegenManifest(DOCUMENTS, true), { NODE_ENV: 'production' });
  const clinic = await service.newClinic();
  for (const page of [PATHS.explorer, PATHS.graphql]) {
    const headers = { referer: `${service.url}${page}`, accept: 'text/html' };
    expect(codeOf(await send(service, clinic, { query: '{ __typename }' }, headers))).toBe('OPERATION_NOT_TRUSTED');
    const byGet = { authorization: `Bearer ${clinic.token}`, ...headers, accept: 'text/html, application/json;q=0.9' };
    const answer = await service.request('/graphql?query={__typename}', { headers: byGet });
    expect(codeOf(answer)).toBe('OPERATION_NOT_TRUSTED');
  }
});

it('runs other documents too unless only trusted ones are allowed', async () => {
  const manifest = await generateApolloManifest(DOCUMENTS);
  const service = await startTrusting(manifest, { TRUSTED_DOCUMENTS_ONLY: '' });
  const clinic = await service.newClinic();
  const query = '{ expressCustomers { totalCount } }';
  expect((await send(service, clinic, { query, id: sha256(query) })).body.data).toBeDefined();
  expect((await send(service, clinic, { id: sha256(query) })).body.data).toBeDefined();
  expect((await send(service, clinic, { id: readIds(manifest).List! })).body.data).toBeDefined();
  expect(codeOf(await send(service, clinic, { id: sha256('unknown') }))).toBe('PERSISTED_QUERY_NOT_FOUND');
});

describe('where federation is allowed besides trusted documents', () => {
  let service: Service;
  let clinic: Clinic;
  beforeAll(async () => {
    const environment = { TRUSTED_DOCUMENTS_ALLOW_FEDERATION: 'true' };
    service = await startTrusting(await generateCodegenManifest(DOCUMENTS, true), environment);
    clinic = await service.newClinic();
  });

  it("runs a router's documents, persisted ones too, and repeats them past the pipeline", async () => {
    const variables = { of: [{ __typename: 'ExpressCustomer', expressCustomerId: 'cus_1' }] };
    expect(codeOf(await send(service, clinic, { id: sha256(ENTITIES), variables }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    const answer = await send(service, clinic, { query: ENTITIES, id: sha256(ENTITIES), variables });
    expect(answer.body).toEqual({ data: { _entities: [null] } });
    const again = await send(service, clinic, { id: sha256(ENTITIES), variables });
    expect(again.body).toEqual({ data: { _entities: [null] } });
    expect((await service.requestLine(again)).repeated).toBe(true);
    const { body } = await send(service, clinic, { query: '{ service: _service { sdl } }' });
    expect(body.data!.service.sdl).toContain('type ExpressCustomer');
  });

  it.each([
    ['another root field besides them', '{ _service { sdl } expressCustomers { totalCount } }'],
    ['a root field in a fragment', 'query { ...F } fragment F on Query { expressCustomers { totalCount } }'],
    ['a root field in an inline fragment', '{ _service { sdl } ... { expressCustomers { totalCount } } }'],
    ['a root field that only looks like them', '{ _entities: expressCustomers { totalCount } }'],
    ['a mutation', 'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { id } }'],
    ['introspection', '{ __schema { types { name } } }'],
    ['no GraphQL', '{ _service'],
    ['more tokens than a document may have', `{ _service { ${'sdl '.repeat(2_000)} } }`],
    ['nothing', ''],
  ])('refuses %s', async (_title, query) => {
    for (let time = 0; time < 2; time += 1)
      expect(codeOf(await send(service, clinic, { query }))).toBe('OPERATION_NOT_TRUSTED');
  });
});
