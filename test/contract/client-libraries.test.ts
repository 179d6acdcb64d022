import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { createClient, fetchExchange } from '@urql/core';
import { startService, type Clinic, type GraphQLErrorBody, type Service } from '../support/service.js';

const ROW = 'fragment Row on ExpressCustomer { expressCustomerId expressCustomerName metadata version }';
const GET = `query Get($id: ID!) { expressCustomer(expressCustomerId: $id) { ...Row } } ${ROW}`;
const LIST = `query List($first: Int!, $after: String) { expressCustomers(first: $first, after: $after) {
  nodes { ...Row } pageInfo { hasNextPage endCursor } } } ${ROW}`;
const CREATE = `mutation Create($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { ...Row } } ${ROW}`;

type Variables = Record<string, unknown>;

/** What a caller of the library gets: data, or errors whose extensions it can read. */
interface Result {
  data?: any;
  errors?: readonly GraphQLErrorBody[] | undefined;
}

/** A client library as its guide sets it up, with the credential as a header. */
type Run = (document: string, variables: Variables) => Promise<Result>;
type Connect = (url: string, token: string) => Promise<Run>;

const apolloClient: Connect = async (uri, token) => {
  const link = new HttpLink({ uri, headers: { authorization: `Bearer ${token}` } });
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return async (document, variables) => {
    const operation = gql(document);
    const answer = document.startsWith('mutation')
      ? client.mutate({ mutation: operation, variables })
      : client.query({ query: operation, variables });
    return answer.then(
      ({ data }) => ({ data }),
      (error: unknown) => {
        if (CombinedGraphQLErrors.is(error)) return { errors: error.errors as never };
        throw error;
      },
    );
  };
};

const urql: Connect = async (url, token) => {
  const fetchOptions = { headers: { authorization: `Bearer ${token}` } };
  const client = createClient({ url, exchanges: [fetchExchange], fetchOptions });
  return async (document, variables) => {
    const operation = document.startsWith('mutation')
      ? client.mutation(document, variables)
      : client.query(document, variables);
    const { data, error } = await operation.toPromise();
    if (error?.networkError) throw error.networkError;
    return { data, errors: error?.graphQLErrors as never };
  };
};

const graphqlRequest: Connect = async (url, token) => {
  const { ClientError, GraphQLClient } = await import('graphql-request');
  const client = new GraphQLClient(url, { headers: { authorization: `Bearer ${token}` } });
  return (document, variables) =>
    client.request(document, variables).then(
      (data) => ({ data }),
      (error: unknown) => {
        if (error instanceof ClientError) return { errors: error.response.errors as never };
        throw error;
      },
    );
};

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('embedded');
});
beforeEach(async () => {
  clinic = await service.newClinic();
});
afterAll(() => service.stop());

const wasRepeated = (): unknown => service.logLines().at(-1)!.repeated;

describe.each([
  ['Apollo Client 4', apolloClient],
  ['urql', urql],
  ['graphql-request', graphqlRequest],
])('%s in its default configuration', (_name, connect) => {
  const run = async (document: string, variables: Variables) =>
    (await connect(`${service.url}/graphql`, clinic.token))(document, variables);
  const create = async (expressCustomerName: string) => {
    const { data } = await run(CREATE, { input: { expressCustomerName, metadata: { region: 'north' } } });
    return data.createExpressCustomer as { expressCustomerId: string };
  };

  it('creates and gets, and the repeated call skips the pipeline', async () => {
    await create('Anna');
    const { expressCustomerId: id } = await create('Berta');
    expect(wasRepeated()).toBe(true);
    await run(GET, { id: 'unknown' });
    const { data } = await run(GET, { id });
    expect(wasRepeated()).toBe(true);
    expect(data.expressCustomer).toMatchObject({
      expressCustomerName: 'Berta',
      metadata: { region: 'north' },
      version: 1,
    });
  });

  it('lists page after page', async () => {
    for (const name of ['Anna', 'Berta', 'Carla']) await create(name);
    const names: string[] = [];
    let after: string | null = null;
    do {
      const { data }: Result = await run(LIST, { first: 2, after });
      const { nodes, pageInfo } = data.expressCustomers;
      names.push(...nodes.map((node: { expressCustomerName: string }) => node.expressCustomerName));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    expect(names).toEqual(['Carla', 'Berta', 'Anna']);
    expect(wasRepeated()).toBe(true);
  });

  it('reads the broken rules of an input', async () => {
    const { errors } = await run(CREATE, { input: { expressCustomerName: ' ' } });
    expect(errors![0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: ['expressCustomerName'], code: 'BLANK' }],
    });
  });

  it('reads the code and the requestId of a refused credential', async () => {
    const runUnknown = await connect(`${service.url}/graphql`, 'unknown');
    const { errors } = await runUnknown(GET, { id: 'x' });
    expect(errors![0]!.extensions).toMatchObject({ code: 'UNAUTHENTICATED', requestId: expect.any(String) });
  });
});
