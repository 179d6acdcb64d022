import { randomUUID } from 'node:crypto';
import { startService, type Answer, type Clinic, type Service } from '../support/service.js';

const FIELDS =
  'expressCustomerId expressCustomerName isActive userCount metadata createdAt updatedAt createdByApiKeyId';

const METADATA_CASES: [string, unknown][] = [
  ['no metadata', undefined],
  ['null metadata', null],
  ['empty metadata', {}],
  [
    'metadata at its limits',
    Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`${'k'.repeat(98)}${10 + index}`, '😀'.repeat(1_000)]),
    ),
  ],
  ['a key __proto__', JSON.parse('{"__proto__":"x","constructor":"y"}')],
  ['51 pairs', Object.fromEntries(Array.from({ length: 51 }, (_, index) => [String(index), '']))],
  ['a number', { a: 1 }],
  ['a null value', { a: null }],
  ['a nested object', { a: { b: 'c' } }],
  ['an array', []],
  ['a string', 'region=north'],
  ['an empty key', { '': 'x' }],
  ['a key of 101', { ['k'.repeat(101)]: 'x' }],
  ['a value of 1001', { a: 'v'.repeat(1_001) }],
  ['a NUL in a value', { a: 'x\0' }],
  ['a lone surrogate in a key', { '\ud800': 'x' }],
  ['two faults', { a: 1, b: 'v'.repeat(1_001) }],
];

const NAME_CASES: [string, unknown][] = [
  ['one letter', 'A'],
  ['500 emoji', '😀'.repeat(500)],
  ['501 letters', 'A'.repeat(501)],
  ['no name', undefined],
  ['null', null],
  ['a number', 5],
  ['an array', ['A']],
  ['empty', ''],
  ['blanks', ' \u00a0\u2007'],
  ['joiners only', '\u200d\u2060'],
  ['a NUL', 'A\0'],
  ['a lone surrogate', 'A\udc00'],
  ['quotes and SQL', `'; DROP TABLE express_customers; --`],
  ['surrounding blanks', '  St. Mary  '],
];

const INPUTS: [string, object][] = [
  ...NAME_CASES.map(([title, expressCustomerName]): [string, object] => [`a name: ${title}`, { expressCustomerName }]),
  ...METADATA_CASES.map(([title, metadata]): [string, object] => [
    `metadata: ${title}`,
    { expressCustomerName: 'A', metadata },
  ]),
  ['an unknown key', { expressCustomerName: 'A', isActive: false }],
];

interface Seen {
  customer: Record<string, unknown> | null;
  code: string | null;
  fields: string[];
}

const faultsOf = (fields: { path: unknown[]; code: string }[] = []): string[] =>
  fields.map(({ path, code }) => `${path.join('.')} ${code}`).sort();

// What differs between two creates of the same input.
function comparable(customer: Record<string, unknown>): Record<string, unknown> {
  const { expressCustomerId: _, createdAt: __, updatedAt: ___, ...rest } = customer;
  return rest;
}

function fromGraphQL({ body }: Answer): Seen {
  const extensions = body.errors?.[0]?.extensions;
  const customer = body.data?.createExpressCustomer ?? null;
  return {
    customer: customer && comparable(customer),
    code: extensions?.code ?? null,
    fields: faultsOf(extensions?.fields),
  };
}

function fromRest({ status, body }: Answer): Seen {
  if (status === 200) return { customer: comparable(body), code: null, fields: [] };
  return { customer: null, code: body.code, fields: faultsOf(body.fields) };
}

describe('the two APIs', () => {
  let service: Service;
  let clinic: Clinic;
  beforeAll(async () => {
    service = await startService('embedded');
    clinic = await service.newClinic();
  });
  afterAll(() => service.stop());

  const overRest = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    service.request(path, {
      method,
      headers: {
        authorization: `Bearer ${clinic.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const overGraphQL = (document: string, input: object) => service.graphql(clinic, document, { input });

  it.each(INPUTS)('answer alike to a create with %s', async (_, input) => {
    const document = `mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { ${FIELDS} } }`;
    const graphql = fromGraphQL(await overGraphQL(document, input));
    expect(fromRest(await overRest('POST', '/v1/express', input))).toEqual(graphql);
  });

  async function newCustomer(): Promise<string> {
    const { body } = await overRest('POST', '/v1/express', { expressCustomerName: `Twin ${randomUUID()}` });
    return body.expressCustomerId as string;
  }

  const changes: [string, string, (id: string) => string, object, object][] = [
    [
      'updateExpressCustomer',
      'PATCH',
      (id) => `/v1/express/${id}`,
      { expressCustomerName: 'New', metadata: { a: 'b' } },
      {},
    ],
    ['updateExpressCustomer', 'PATCH', (id) => `/v1/express/${id}`, { expressCustomerName: ' ' }, {}],
    [
      'updateExpressCustomer',
      'PATCH',
      (id) => `/v1/express/${id}`,
      { expressCustomerName: 'New' },
      { expectedVersion: 9 },
    ],
    ['deactivateExpressCustomer', 'POST', (id) => `/v1/express/${id}/deactivate`, {}, {}],
    ['reactivateExpressCustomer', 'POST', (id) => `/v1/express/${id}/reactivate`, {}, { expectedVersion: 1 }],
    ['addUserToExpressCustomer', 'POST', (id) => `/v1/express/${id}/users`, { userId: `usr_${'a'.repeat(32)}` }, {}],
    ['addUserToExpressCustomer', 'POST', (id) => `/v1/express/${id}/users`, { userId: 'usr_1' }, {}],
    [
      'removeUserFromExpressCustomer',
      'DELETE',
      (id) => `/v1/express/${id}/users`,
      { userId: `usr_${'a'.repeat(32)}` },
      {},
    ],
    ['removeUserFromExpressCustomer', 'DELETE', (id) => `/v1/express/${id}/users`, {}, {}],
    ['updateExpressCustomer', 'PATCH', (id) => `/v1/express/${id}`, {}, {}],
    ['updateExpressCustomer', 'PATCH', (id) => `/v1/express/${id}`, { expressCustomerName: null, userCount: 1 }, {}],
    ['updateExpressCustomer', 'PATCH', (id) => `/v1/express/${id}`, { metadata: { a: 1, b: null } }, {}],
  ];

  it.each(changes)('do the same by %s (%s)', async (operation, method, path, body, version) => {
    const [viaGraphQL, viaRest] = [await newCustomer(), await newCustomer()];
    const type = `${operation[0]!.toUpperCase()}${operation.slice(1)}Input!`;
    const document = `mutation($input: ${type}) { ${operation}(input: $input) { expressCustomerId } }`;
    const graphql = await overGraphQL(document, { expressCustomerId: viaGraphQL, ...body, ...version });
    const ifMatch = 'expectedVersion' in version ? { 'if-match': `"${String(version.expectedVersion)}"` } : {};
    const rest = await overRest(method, path(viaRest), Object.keys(body).length > 0 ? body : undefined, ifMatch);
    const extensions = graphql.body.errors?.[0]?.extensions;
    expect({ code: rest.status === 200 ? null : rest.body.code, fields: faultsOf(rest.body.fields) }).toEqual({
      code: extensions?.code ?? null,
      fields: faultsOf(extensions?.fields),
    });
    const [one, other] = await Promise.all([viaGraphQL, viaRest].map((id) => overRest('GET', `/v1/express/${id}`)));
    const { expressCustomerName, isActive, userCount, metadata } = one!.body;
    const named = body as { expressCustomerName?: string };
    expect(other!.body).toMatchObject({
      isActive,
      userCount,
      metadata,
      ...(named.expressCustomerName === 'New' && rest.status === 200 && { expressCustomerName }),
    });
    expect(other!.headers.get('etag')).toBe(one!.headers.get('etag'));
  });

  const KEYED = [
    ['the same input', { expressCustomerName: 'Keyed' }, { expressCustomerName: 'Keyed', metadata: {} }],
    ['another input', { expressCustomerName: 'Keyed' }, { expressCustomerName: 'Keyed', metadata: { a: 'b' } }],
  ] as const;

  it.each(KEYED)('know a key that came through the other one, with %s', async (_, first, second) => {
    const document = `mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { ${FIELDS} } }`;
    const idempotencyKey = randomUUID();
    const header = { 'idempotency-key': idempotencyKey };
    const original = await overRest('POST', '/v1/express', first, header);
    expect(original.status).toBe(200);
    const graphql = await overGraphQL(document, { ...second, idempotencyKey });
    const rest = await overRest('POST', '/v1/express', second, header);
    expect(fromRest(rest)).toEqual(fromGraphQL(graphql));
    expect(rest.body.expressCustomerId).toBe(graphql.body.data?.createExpressCustomer?.expressCustomerId);
  });

  it('refuse a user of a deactivated customer, and know no customer of another id, alike', async () => {
    const document =
      'mutation($input: AddUserToExpressCustomerInput!) { addUserToExpressCustomer(input: $input) { userCount } }';
    const inactive = await newCustomer();
    await overRest('POST', `/v1/express/${inactive}/deactivate`);
    for (const [id, code] of [
      [inactive, 'EXPRESS_CUSTOMER_INACTIVE'],
      [`cus_${'0'.repeat(32)}`, 'NOT_FOUND'],
      ['cus_1', 'NOT_FOUND'],
    ] as const) {
      const userId = `usr_${'b'.repeat(32)}`;
      const graphql = await overGraphQL(document, { expressCustomerId: id, userId });
      const rest = await overRest('POST', `/v1/express/${id}/users`, { userId });
      const { message, extensions } = graphql.body.errors![0]!;
      expect([extensions.code, rest.body.code]).toEqual([code, code]);
      expect(rest.body.message).toBe(message);
    }
  });

  it.each([
    ['of any', {}, ''],
    ['of two', { first: 2 }, 'limit=2.0'],
    ['of none', { first: 0 }, 'limit=0'],
    ['of 101', { first: 101 }, 'limit=101'],
    ['by part of the name', { filter: { nameContains: 'tWÍN' } }, `expressCustomerName=${encodeURIComponent('tWÍN')}`],
    ["by nobody's name", { filter: { nameContains: 'nobody' } }, 'expressCustomerName=nobody'],
    ['by a name with NUL', { filter: { nameContains: 'a\0' } }, 'expressCustomerName=a%00'],
    ['after what is no cursor', { after: 'x' }, 'cursor=x'],
    ['after an empty cursor', { after: '' }, 'cursor='],
  ])('list the same: %s', async (_, variables, query) => {
    await Promise.all([newCustomer(), newCustomer(), newCustomer()]);
    const document = `query($first: Int! = 20, $after: String, $filter: ExpressCustomerFilter) {
      expressCustomers(first: $first, after: $after, filter: $filter) {
        nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } }`;
    const graphql = await service.graphql(clinic, document, variables);
    const rest = await overRest('GET', `/v1/express?${query}`);
    const extensions = graphql.body.errors?.[0]?.extensions;
    expect({ code: rest.body.code, faults: rest.body.fields?.map(({ code }: { code: string }) => code) }).toEqual({
      code: extensions?.code,
      faults: extensions?.fields?.map(({ code }) => code),
    });
    if (rest.status !== 200) return;
    const { nodes, pageInfo } = graphql.body.data!.expressCustomers;
    const cursor = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    expect(rest.body).toEqual({ expressCustomers: nodes, cursor, hasMore: pageInfo.hasNextPage });
  });
});
