import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { withLines } from '../../support/clients/logged-calls.js';
import { freePort } from '../../support/servers/postgres-server.js';
import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('postgresql', { METRICS_PORT: String(await freePort()) });
  clinic = await service.newClinic();
});
afterAll(() => service.stop());

function send(
  named: { extensions?: unknown; headers?: Record<string, string> },
  token = clinic.token,
): Promise<Answer> {
  const { extensions, headers } = named;
  return service.request('/graphql', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ __typename }', extensions }),
  });
}

const LIBRARY = { name: '@apollo/client', version: '4.3.8' };
const HEADERS = { 'apollographql-client-name': 'order desk', 'apollographql-client-version': '2.0.1' };

it('logs the name and version of the application and of its library that Apollo Client sends', async () => {
  const link = new HttpLink({ uri: `${service.url}/graphql`, headers: { authorization: `Bearer ${clinic.token}` } });
  const clientAwareness = { name: 'order-desk', version: '2.0.1' };
  const client = new ApolloClient({ link, cache: new InMemoryCache(), clientAwareness });
  for (const isRepeated of [undefined, true]) {
    const query = gql('query Named { __typename }');
    const { lines } = await withLines(service, () => client.query({ query, fetchPolicy: 'no-cache' }));
    expect(lines[0]!.repeated).toBe(isRepeated);
    expect(lines[0]!.client).toEqual(clientAwareness);
    expect(lines[0]!.clientLibrary).toMatchObject({ name: '@apollo/client', version: expect.stringMatching(/^4\./) });
  }
});

it('logs them for GET, for refusals that come before the body is read, and for REST', async () => {
  const search = new URLSearchParams({
    query: '{ __typename }',
    extensions: JSON.stringify({ clientLibrary: LIBRARY }),
  });
  const headers = { ...HEADERS, authorization: `Bearer ${clinic.token}` };
  const byGet = await service.request(`/graphql?${search.toString()}`, { headers });
  expect(await service.requestLine(byGet)).toMatchObject({ client: { name: 'order desk' }, clientLibrary: LIBRARY });
  const refused = await send({ headers: HEADERS }, 'unknown');
  expect(await service.requestLine(refused)).toMatchObject({ status: 401, client: { name: 'order desk' } });
  const rest = await service.request('/v1/express', { headers });
  expect(await service.requestLine(rest)).toMatchObject({
    status: 200,
    client: { name: 'order desk', version: '2.0.1' },
  });
});

it.each<[string, unknown]>([
  ['a line break', 'x\n{"msg":"forged"}'],
  ['a control character', 'x\u001b[2J'],
  ['a letter beyond ASCII', 'Bestellungen für alle'],
  ['a quotation mark', '"},"x":{"'],
  ['65 characters', 'x'.repeat(65)],
  ['no character', ''],
  ['an object', { toString: 'x' }],
  ['a list', ['x']],
  ['null', null],
])('logs no name of %s, and answers all the same', async (_title, name) => {
  const clientLibrary = JSON.parse(JSON.stringify({ name, version: name })) as unknown;
  const answer = await send({ extensions: { clientLibrary } });
  expect(answer.body).toEqual({ data: { __typename: 'Query' } });
  const line = await service.requestLine(answer);
  expect([line.client, line.clientLibrary]).toEqual([undefined, undefined]);
});

it('leaves a version out that has no form of one, and never logs a credential that stands in its place', async () => {
  const headers = { 'apollographql-client-name': clinic.token, 'apollographql-client-version': '1' };
  const answer = await send({ headers, extensions: { clientLibrary: { name: 'x', version: 'a b' } } });
  const line = await service.requestLine(answer);
  expect(line).toMatchObject({ clientLibrary: { name: 'x' } });
  expect(line.client).toBeUndefined();
  expect(line.clientLibrary).not.toHaveProperty('version');
});

it('counts no metric by what clients call themselves', async () => {
  const names = Array.from({ length: 20 }, (_, at) => `client-${at}`);
  for (const name of names)
    await service.requestLine(
      await send({ headers: { 'apollographql-client-name': name }, extensions: { clientLibrary: { name } } }),
    );
  expect(await service.app.metrics!.text()).not.toContain('client-1');
});
