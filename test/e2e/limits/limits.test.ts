import { runLength, report } from '../../support/run-length.js';
import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';
import { statementsOf } from '../../support/statements.js';

const nested = (depth: number): string => `${'{ a '.repeat(depth)}${'}'.repeat(depth)}`;
const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');
const LISTS = `query($outer: Int!, $inner: Int = 99) {
  expressCustomers(first: $outer) { nodes { users(first: $inner) { nodes { userId } } } }
}`;

let service: Service;
let clinic: Clinic;
let statements: string[];
let slowestRefusalMs = 0;

beforeAll(async () => {
  service = await startService('embedded');
  clinic = await service.newClinic();
  statements = statementsOf(service.dataSource);
});
afterAll(async () => {
  report('refusals of what is too complex', { slowestMs: Math.round(slowestRefusalMs) });
  await service.stop();
});

/** Sends an operation and shows that it was refused for its size, without a statement but the one that knows the caller. */
async function expectTooComplex(query: string, variables?: Record<string, unknown>): Promise<Answer> {
  const before = statements.length;
  const started = performance.now();
  const answer = await service.graphql(clinic, query, variables);
  slowestRefusalMs = Math.max(slowestRefusalMs, performance.now() - started);
  expect(slowestRefusalMs).toBeLessThan(runLength.refusedWithinMs);
  expect(answer.body.errors).toHaveLength(1);
  expect(answer.body.errors![0]!.extensions.code).toBe('QUERY_TOO_COMPLEX');
  expect(answer.body).not.toHaveProperty('data');
  expect(answer.status).toBe(400);
  expect(statements.slice(before).filter((statement) => !statement.includes('api_keys'))).toEqual([]);
  return answer;
}

const limitOf = ({ body }: Answer) => {
  const { limit, requested } = body.errors![0]!.extensions;
  return { limit, requested };
};

async function expectWithinLimits(query: string, variables?: Record<string, unknown>): Promise<void> {
  const { body } = await service.graphql(clinic, query, variables);
  expect(body).not.toHaveProperty('errors');
}

it('takes a document of 16 KB and refuses one byte more before it is parsed', async () => {
  const padded = (bytes: number) => `{ __typename }${','.repeat(bytes - 14)}`;
  await expectWithinLimits(padded(16_384));
  expect(limitOf(await expectTooComplex(padded(16_385)))).toEqual({ limit: 16_384, requested: 16_385 });
});

describe('where each limit is set', () => {
  let small: Service;
  let caller: Clinic;
  beforeAll(async () => {
    small = await startService('postgresql', {
      MAX_BODY_BYTES: '400',
      MAX_DOCUMENT_BYTES: '220',
      MAX_TOKENS: '20',
      MAX_DEPTH: '3',
      MAX_ALIASES: '1',
      MAX_DIRECTIVES: '1',
      MAX_COST: '4',
    });
    caller = await small.newClinic();
  });
  afterAll(() => small.stop());

  it.each([
    ['MAX_DOCUMENT_BYTES', 220, `{ __typename }${','.repeat(206)}`, `{ __typename }${','.repeat(207)}`],
    ['MAX_TOKENS', 20, `{${times(18, () => '__typename')}}`, `{${times(19, () => '__typename')}}`],
    ['MAX_DEPTH', 3, '{ expressCustomers(first: 1) { nodes { id } } }', nested(4)],
    ['MAX_ALIASES', 1, '{ a: __typename }', '{ a: __typename b: __typename }'],
    ['MAX_DIRECTIVES', 1, '{ __typename @skip(if: false) }', `{ ${times(2, () => '__typename @skip(if: false)')} }`],
    ['MAX_COST', 4, ...([3, 4].map((n) => `{ expressCustomers(first: ${n}) { nodes { id } } }`) as [string, string])],
  ])('%s of %d is kept to', async (_variable, limit, atLimit, past) => {
    expect((await small.graphql(caller, atLimit)).body).not.toHaveProperty('errors');
    const refused = await small.graphql(caller, past);
    expect(refused.body.errors![0]!.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit });
  });

  it.each([
    [400, 200],
    [401, 413],
  ])('MAX_BODY_BYTES answers a body of %d bytes with %d', async (bytes, status) => {
    const answer = await small.request('/graphql', {
      method: 'POST',
      headers: { authorization: `Bearer ${caller.token}`, 'content-type': 'application/json' },
      body: '{"query":"{__typename}"}'.padEnd(bytes),
    });
    expect(answer.status).toBe(status);
  });
});

it('counts the bytes of a document, also of one that comes by GET', async () => {
  const small = await startService('postgresql', { MAX_DOCUMENT_BYTES: '60' });
  try {
    const { token } = await small.newClinic();
    const get = (document: string) =>
      small.request(`/graphql?query=${encodeURIComponent(document)}`, {
        headers: { authorization: `Bearer ${token}`, 'apollo-require-preflight': 'true' },
      });
    expect((await get(`{ __typename } #${'é'.repeat(22)}`)).status).toBe(200);
    const refused = await get(`{ __typename } #${'é'.repeat(23)}`);
    expect(refused.status).toBe(400);
    expect(refused.body.errors![0]!.extensions.code).toBe('QUERY_TOO_COMPLEX');
  } finally {
    await small.stop();
  }
});

it('takes 1,000 tokens and refuses one more', async () => {
  const atLimit = await service.graphql(clinic, `{${times(998, () => 'a')}}`);
  expect(atLimit.body.errors![0]!.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  expect(limitOf(await expectTooComplex(`{${times(999, () => 'a')}}`))).toEqual({ limit: 1_000, requested: undefined });
});

it('takes a depth of 10 and refuses 11', async () => {
  const { body } = await service.graphql(clinic, nested(10));
  expect(body.errors![0]!.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  expect(limitOf(await expectTooComplex(nested(11)))).toEqual({ limit: 10, requested: 11 });
});

it('sees depth inside fragments, inline or named', async () => {
  await expectTooComplex(`{ a { ...F } } fragment F on Query { a { ... on Query ${nested(9)} } }`);
});

it('takes 15 aliases and refuses 16', async () => {
  await expectWithinLimits(`{${times(15, (index) => `a${index}: __typename`)}}`);
  const refused = await expectTooComplex(`{${times(16, (index) => `a${index}: __typename`)}}`);
  expect(limitOf(refused)).toEqual({ limit: 15, requested: 16 });
});

it('counts the aliases of a fragment wherever it is spread', async () => {
  const id = `expressCustomerId: "cus_${'0'.repeat(32)}"`;
  const fragment = 'fragment F on ExpressCustomer { a: id b: id c: id d: id e: id f: id g: id }';
  await expectWithinLimits(`{ a: expressCustomer(${id}) { ...F } } ${fragment}`);
  await expectTooComplex(`{ a: expressCustomer(${id}) { ...F } b: expressCustomer(${id}) { ...F } } ${fragment}`);
});

it('takes 20 directives and refuses 21', async () => {
  const included = (count: number) => `{${times(count, () => '__typename @include(if: true)')}}`;
  await expectWithinLimits(included(20));
  expect(limitOf(await expectTooComplex(included(21)))).toEqual({ limit: 20, requested: 21 });
});

it('takes a cost of 10,000 and refuses one more, naming both', async () => {
  await expectWithinLimits(LISTS, { outer: 99 });
  expect(limitOf(await expectTooComplex(LISTS, { outer: 100, inner: 98 }))).toEqual({
    limit: 10_000,
    requested: 10_001,
  });
  // The same document, kept by now, is computed again for other variables.
  await expectWithinLimits(LISTS, { outer: 1 });
});

it('estimates the cost of a document by its defaults, whoever sent it with what before', async () => {
  const pages = `query ($n: Int! = 100) {
    expressCustomers(first: $n) { nodes { users(first: $n) { nodes { expressCustomers(first: $n) { nodes { id } } } } } }
  }`;
  const requested = 1 + 100 * (1 + 1 + 100 * (1 + 1 + 100));
  const other = await service.newClinic();
  for (const wrong of [{ n: null }, { n: 'x' }, { n: {} }]) {
    const refused = await service.graphql(other, pages, wrong);
    expect(refused.body.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
    expect(limitOf(await expectTooComplex(pages))).toEqual({ limit: 10_000, requested });
  }
  const representations = times(105, () => '{ __typename: "User", userId: "x" }');
  const entities = `query ($r: [_Any!]! = [${representations}]) { _entities(representations: $r) {
    ... on User { expressCustomers(first: 100) { nodes { id } } } } }`;
  expect(limitOf(await expectTooComplex(entities))).toEqual({ limit: 10_000, requested: 105 * 102 });
});

it('counts a page that is larger than allowed as the largest, and leaves the refusal to the field', async () => {
  const { body } = await service.graphql(clinic, '{ expressCustomers(first: 2147483647) { nodes { id } } }');
  expect(body.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
});

it('lets a page of customers with their users and events pass', async () => {
  await expectWithinLimits(`{ expressCustomers { totalCount edges { cursor node { expressCustomerName
    users { nodes { userId } pageInfo { hasNextPage } }
    events { edges { cursor node { type version changes { path before after } } } } } } } }`);
});

it('refuses a mutation of 100 aliased creates, and creates none', async () => {
  const create = (index: number) => `a${index}: createExpressCustomer(input: {expressCustomerName: "x"}) { id }`;
  await expectTooComplex(`mutation { ${times(15, create)} b: __typename }`);
  await expectTooComplex(`mutation { ${times(70, create)} }`);
});

it('refuses fragments that multiply each other, in time that does not multiply', async () => {
  const fragments = times(60, (i) => `fragment F${i} on ExpressCustomerConnection { ...F${i + 1} ...F${i + 1} }`);
  const last = 'fragment F60 on ExpressCustomerConnection { nodes { users(first: 100) { nodes { userId } } } }';
  await expectTooComplex(`{ expressCustomers(first: 100) { ...F0 } } ${fragments} ${last}`);
});

it('refuses a document of two operations', async () => {
  const { status, body } = await service.graphql(clinic, 'query A { __typename } query B { __typename }');
  expect(status).toBe(400);
  expect(body.errors![0]!.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  expect(body.errors![0]!.message).toBe('Send one operation at a time.');
});

it('answers the query by which tools learn the schema', async () => {
  const { getIntrospectionQuery } = await import('graphql');
  await expectWithinLimits(getIntrospectionQuery());
});

it('takes a body of 1 MB and refuses one byte more', async () => {
  const document = '{"query":"{__typename}"}';
  const send = (bytes: number) =>
    service.request('/graphql', {
      method: 'POST',
      headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' },
      body: document + ' '.repeat(bytes - document.length),
    });
  expect((await send(1_048_576)).status).toBe(200);
  const refused = await send(1_048_577);
  expect(refused.status).toBe(413);
  expect(refused.body.errors![0]!.extensions.code).toBe('PAYLOAD_TOO_LARGE');
});

it('refuses batches of operations', async () => {
  const answer = await service.request('/graphql', {
    method: 'POST',
    headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' },
    body: '[{"query":"{__typename}"},{"query":"{__typename}"}]',
  });
  expect(answer.status).toBe(400);
});

it.each([{ 'content-type': 'application/json; charset=bogus' }, { 'content-encoding': 'gzip' }])(
  'refuses a body that says it is not plain UTF-8: %j',
  async (headers) => {
    const answer = await service.request('/graphql', {
      method: 'POST',
      headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json', ...headers },
      body: '{"query":"{__typename}"}',
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  },
);

it('answers a create with the metadata that it stored, a key __proto__ among it', async () => {
  const input = { expressCustomerName: 'x', metadata: JSON.parse('{"__proto__":"p","a":"b"}') };
  const create = `mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { id metadata } }`;
  const created = (await service.graphql(clinic, create, { input })).body.data!.createExpressCustomer;
  const read = `query($id: ID!) { expressCustomer(expressCustomerId: $id) { metadata } }`;
  const found = (await service.graphql(clinic, read, { id: created.id })).body.data!.expressCustomer;
  for (const { metadata } of [created, found]) expect(JSON.stringify(metadata)).toContain('"__proto__":"p"');
});
