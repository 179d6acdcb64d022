import { createHash } from 'node:crypto';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { RemoteGraphQLDataSource } from '@apollo/gateway';
import { createClient, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { startService, type Answer, type Clinic, type Service } from '../support/service.js';

const GET = 'query Get($id: ID!) { expressCustomer(expressCustomerId: $id) { expressCustomerId expressCustomerName } }';
const CREATE = `mutation Create($input: CreateExpressCustomerInput!) {
  createExpressCustomer(input: $input) { expressCustomerId expressCustomerName } }`;
const LIST = 'query List($first: Int!) { expressCustomers(first: $first) { nodes { expressCustomerName } } }';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Runs one operation as a client library does that persists documents. */
type Run = (document: string, variables: Record<string, unknown>) => Promise<any>;
type Connect = (url: string, token: string) => Run;

const apolloClient =
  (useGETForHashedQueries: boolean): Connect =>
  (uri, token) => {
    const http = new HttpLink({ uri, headers: { authorization: `Bearer ${token}` } });
    const link = new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(http);
    const client = new ApolloClient({
      link,
      cache: new InMemoryCache(),
      defaultOptions: { query: { fetchPolicy: 'no-cache' } },
    });
    return async (document, variables) => {
      const operation = gql(document);
      const { data } = document.startsWith('mutation')
        ? await client.mutate({ mutation: operation, variables })
        : await client.query({ query: operation, variables });
      return data;
    };
  };

const urql: Connect = (url, token) => {
  const fetchOptions = { headers: { authorization: `Bearer ${token}` } };
  const client = createClient({
    ...{ url, fetchOptions },
    exchanges: [persistedExchange({ enableForMutation: true }), fetchExchange],
  });
  return async (document, variables) => {
    const operation = document.startsWith('mutation')
      ? client.mutation(document, variables)
      : client.query(document, variables);
    const { data, error } = await operation.toPromise();
    if (error) throw error;
    return data;
  };
};

/** As gateways and routers call a subgraph for which they have persisted queries turned on. */
const gatewayDataSource: Connect = (url, token) => {
  const source = new RemoteGraphQLDataSource({
    ...{ url, apq: true },
    willSendRequest: ({ request }) => void request.http?.headers.set('authorization', `Bearer ${token}`),
  });
  return async (query, variables) => {
    const request = { query, variables };
    const { data, errors } = await source.process({ request, context: {} } as never);
    if (errors) throw new Error(errors[0]!.message);
    return data;
  };
};

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('embedded');
});
afterAll(() => service.stop());
beforeEach(async () => {
  clinic = await service.newClinic();
});

/** A document that no other test has sent: its comment makes it another text. */
let documents = 0;
const fresh = (document: string): string => `# ${(documents += 1)}\n${document}`;

/** The request lines that were logged while it ran: code and whether the pipeline was skipped. */
async function linesOf(run: () => Promise<unknown>): Promise<unknown[]> {
  const before = service.logLines().length;
  await run();
  await service.requestLine(await service.request('/livez-after', {}));
  return service
    .logLines()
    .slice(before)
    .filter(({ msg, status }) => msg === 'request' && status !== 404)
    .map(({ code, repeated }) => [code, repeated === true]);
}

describe.each([
  ['Apollo Client 4, by POST', apolloClient(false)],
  ['Apollo Client 4, by GET where it can', apolloClient(true)],
  ['urql', urql],
  ['a gateway', gatewayDataSource],
])('%s', (name, connect) => {
  // Each client writes its documents in its own form; a name of its own makes them new to the service.
  const own = (document: string) => document.replace(/ (Get|Create)/, ` $1By${sha256(name).slice(0, 6)}`);

  it('registers a document when it is asked for it, and from then on sends the hash alone, past the pipeline', async () => {
    const run = connect(`${service.url}/graphql`, clinic.token);
    const create = (expressCustomerName: string) => run(own(CREATE), { input: { expressCustomerName } });
    expect(await linesOf(() => create('Anna'))).toEqual([
      ['PERSISTED_QUERY_NOT_FOUND', false],
      ['OK', false],
    ]);
    const { createExpressCustomer: berta } = await create('Berta');
    expect(await linesOf(() => create('Carla'))).toEqual([['OK', true]]);
    const id = berta.expressCustomerId as string;
    await run(own(GET), { id: 'unknown' });
    expect(await linesOf(() => run(own(GET), { id }))).toEqual([['OK', true]]);
    expect((await run(own(GET), { id })).expressCustomer).toMatchObject({ expressCustomerName: 'Berta' });
  });
});

interface Sent {
  query?: string;
  hash?: unknown;
  version?: unknown;
  variables?: Record<string, unknown>;
}

const toBody = ({ query, hash, version = 1, variables }: Sent, more: object = {}) => ({
  ...{ query, variables, extensions: { persistedQuery: { version, sha256Hash: hash } } },
  ...more,
});

function post(sent: Sent, { token }: Pick<Clinic, 'token'> = clinic, more: object = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return service.request('/graphql', { method: 'POST', headers, body: JSON.stringify(toBody(sent, more)) });
}

function get(sent: Sent): Promise<Answer> {
  const { query, variables, extensions } = toBody(sent);
  const members = { ...(query !== undefined && { query }), variables: JSON.stringify(variables ?? {}) };
  const search = new URLSearchParams({ ...members, extensions: JSON.stringify(extensions) });
  return service.request(`/graphql?${search.toString()}`, { headers: { authorization: `Bearer ${clinic.token}` } });
}

const register = (document: string, of: Pick<Clinic, 'token'> = clinic) =>
  post({ query: document, hash: sha256(document), variables: { first: 1 } }, of);

// Apollo Server ignores a member that no call has, and so takes every call that has one.
const byApollo = { elsewhere: true };
const paths: [string, object][] = [
  ["on Apollo Server's path", byApollo],
  ['on the path of repeated operations', {}],
];

describe.each(paths)('%s', (_title, more) => {
  it('asks for an unknown document in the words and with the status that clients know', async () => {
    const { status, headers, body } = await post({ hash: sha256(fresh(LIST)), variables: { first: 1 } }, clinic, more);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      errors: [
        {
          message: 'PersistedQueryNotFound',
          extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', requestId: expect.any(String) },
        },
      ],
    });
  });

  it('refuses a document that has not the hash, runs nothing and registers nothing', async () => {
    const [known, other] = [fresh(LIST), fresh(CREATE)];
    await register(known);
    const variables = { input: { expressCustomerName: 'No' } };
    for (const hash of [sha256(known), sha256(known).toUpperCase(), '', 'x']) {
      const { status, body } = await post({ query: other, hash, variables }, clinic, more);
      expect(status).toBe(400);
      expect(body.errors![0]).toMatchObject({
        message: expect.stringContaining('SHA-256'),
        extensions: { code: 'BAD_REQUEST' },
      });
    }
    const { body } = await post({ hash: sha256(known), variables: { first: 5 } }, clinic, more);
    expect(body).toEqual({ data: { expressCustomers: { nodes: [] } } });
  });

  it.each([[2], ['1'], [undefined]])('refuses version %p', async (version) => {
    const document = fresh(LIST);
    await register(document);
    const sent = { hash: sha256(document), version: version ?? null, variables: { first: 1 } };
    const { status, body } = await post(sent, clinic, more);
    expect(status).toBe(400);
    expect(body.errors![0]!.extensions.code).toBe('BAD_REQUEST');
  });

  it('registers no document that is not valid, or too large', async () => {
    for (const document of [fresh('{ nothing }'), fresh('{'), `${fresh('{ __typename }')}${','.repeat(20_000)}`]) {
      expect((await post({ query: document, hash: sha256(document) }, clinic, more)).status).toBe(400);
      const { body } = await post({ hash: sha256(document) }, clinic, more);
      expect(body.errors![0]!.extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    }
  });

  it('registers a document that was called without a hash before', async () => {
    const document = fresh(LIST);
    await service.graphql(clinic, document, { first: 1 });
    await post({ query: document, hash: sha256(document), variables: { first: 1 } }, clinic, more);
    expect((await post({ hash: sha256(document), variables: { first: 1 } }, clinic, more)).body.data).toBeDefined();
  });

  it("gives a hash that one clinic registered the same document for every clinic, on the caller's own data", async () => {
    const stranger = await service.newClinic();
    await service.graphql(stranger, CREATE, { input: { expressCustomerName: 'Foreign' } });
    await service.graphql(clinic, CREATE, { input: { expressCustomerName: 'Own' } });
    const document = fresh(LIST);
    await register(document, stranger);
    const { body } = await post({ hash: sha256(document), variables: { first: 5 } }, clinic, more);
    expect(body.data!.expressCustomers.nodes).toEqual([{ expressCustomerName: 'Own' }]);
  });
});

it('answers by hash as Apollo Server does, in the same letters, status and headers', async () => {
  const document = fresh(LIST);
  await register(document);
  const variable = new Set(['date', 'x-request-id', 'ratelimit', 'content-length']);
  const seen = async (more: object, variables: Record<string, unknown>) => {
    const { status, headers, text } = await post({ hash: sha256(document), variables }, clinic, more);
    return {
      status,
      headers: [...headers].filter(([name]) => !variable.has(name)),
      text: text.replace(/[0-9a-f-]{36}/, ''),
    };
  };
  for (const variables of [{ first: 1 }, { first: 0 }, { first: 'x' }, {}, { first: 1_000 }])
    expect(await seen({}, variables)).toEqual(await seen(byApollo, variables));
});

it('runs queries by GET with the hash alone, and no mutation', async () => {
  const [query, mutation] = [fresh(LIST), fresh(CREATE)];
  const input = { expressCustomerName: 'Once' };
  await register(query);
  await post({ query: mutation, hash: sha256(mutation), variables: { input } });
  const answer = await get({ hash: sha256(query), variables: { first: 5 } });
  expect(answer.body.data!.expressCustomers.nodes).toEqual([{ expressCustomerName: 'Once' }]);
  expect((await service.requestLine(answer)).repeated).toBe(true);
  const refused = await get({ hash: sha256(mutation), variables: { input } });
  expect(refused.status).toBe(405);
  expect((await service.graphql(clinic, LIST, { first: 5 })).body.data!.expressCustomers.nodes).toHaveLength(1);
});

it('needs a credential to find out what is registered', async () => {
  const document = fresh(LIST);
  await register(document);
  expect((await post({ hash: sha256(document) }, { token: 'unknown' })).status).toBe(401);
});
