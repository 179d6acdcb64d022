import { onEachEngine } from '../../support/engines.js';
import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';

const CREATE = `mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId metadata } }`;
const CANARY = 'Wilhelmina Musterfrau';
const INTERNALS = / {4}at |node_modules|typeorm|TypeORM|SELECT |INSERT |express_customers|Did you mean|[Aa]pollo|\.js:/;

const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, 'v']));
const name = (expressCustomerName: unknown) => ({ expressCustomerName });
const metadata = (value: unknown) => ({ expressCustomerName: 'A', metadata: value });

onEachEngine((engine) => {
  let service: Service;
  let clinic: Clinic;
  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    clinic = await service.newClinic();
  });
  afterAll(() => service.stop());

  const storedRows = async () => {
    const [row] = await service.dataSource.query(
      'SELECT count(*)::int AS n FROM express_customers WHERE clinic_id = $1',
      [clinic.clinicId],
    );
    return row.n as number;
  };

  const post = (body: string, headers: Record<string, string> = {}) =>
    service.request('/graphql', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${clinic.token}`, ...headers },
    });

  async function expectRefused(answer: Answer, code: string): Promise<void> {
    expect(answer.body.errors).toHaveLength(1);
    const [error] = answer.body.errors!;
    expect(error!.extensions).toMatchObject({ code, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(answer.text).not.toContain('Musterfrau');
    expect(answer.text).not.toMatch(INTERNALS);
    expect(answer.body.data ?? null).toBeNull();
    expect(await storedRows()).toBe(0);
  }

  const fieldsOf = ({ body }: Answer) =>
    body.errors![0]!.extensions.fields!.map(({ path, code }) => `${path.join('.')} ${code}`);

  it.each([
    ['a name that is missing', {}, ['expressCustomerName REQUIRED']],
    ['a name that is null', name(null), ['expressCustomerName REQUIRED']],
    ['a name that is a number', name(5), ['expressCustomerName INVALID']],
    ['a name that is a list', name([CANARY]), ['expressCustomerName INVALID']],
    ['an empty name', name(''), ['expressCustomerName BLANK']],
    ['an invisible name', name(' \u200b\u3164'), ['expressCustomerName BLANK']],
    ['a name of 501 code points', name('🏥'.repeat(501)), ['expressCustomerName TOO_LONG']],
    ['a name with NUL', name(`${CANARY}\0`), ['expressCustomerName INVALID']],
    ['a name with a lone surrogate', name(`${CANARY}\ud800`), ['expressCustomerName INVALID']],
    ['metadata that is a list', metadata([CANARY]), ['metadata INVALID']],
    ['metadata that is a text', metadata(CANARY), ['metadata INVALID']],
    ['51 pairs', metadata(pairs(51)), ['metadata TOO_MANY']],
    ['a nested value', metadata({ a: { b: CANARY } }), ['metadata.a INVALID']],
    ['a null value', metadata({ a: null }), ['metadata.a INVALID']],
    ['a number as a value', metadata({ a: 1 }), ['metadata.a INVALID']],
    ['a value of 1001 code points', metadata({ a: CANARY.repeat(60) }), ['metadata.a TOO_LONG']],
    ['an empty metadata key', metadata({ '': CANARY }), ['metadata. BLANK']],
    ['a value with NUL', metadata({ a: `${CANARY}\0` }), ['metadata.a INVALID']],
    ['an unknown field', { ...name(CANARY), isActive: false }, ['isActive UNKNOWN']],
  ])('refuses %s and stores nothing', async (_title, input, fields) => {
    const answer = await service.graphql(clinic, CREATE, { input });
    await expectRefused(answer, 'BAD_USER_INPUT');
    expect(fieldsOf(answer)).toEqual(fields);
  });

  it('names every broken rule in one answer, of types and of values', async () => {
    const input = { expressCustomerName: 5, metadata: { a: 1, b: 'x'.repeat(1001) }, isActive: true, version: 7 };
    const answer = await service.graphql(clinic, CREATE, { input });
    await expectRefused(answer, 'BAD_USER_INPUT');
    expect(fieldsOf(answer).sort()).toEqual([
      'expressCustomerName INVALID',
      'isActive UNKNOWN',
      'metadata.a INVALID',
      'metadata.b TOO_LONG',
      'version UNKNOWN',
    ]);
  });

  it.each([
    ['no variables', undefined, ['input REQUIRED']],
    ['a null input', { input: null }, ['input REQUIRED']],
    ['a text as input', { input: CANARY }, ['input INVALID']],
    ['a list of two inputs', { input: [name('A'), name('B')] }, ['input INVALID']],
  ])('refuses %s', async (_title, variables, fields) => {
    const answer = await service.graphql(clinic, CREATE, variables);
    await expectRefused(answer, 'BAD_USER_INPUT');
    expect(fieldsOf(answer)).toEqual(fields);
  });

  it('refuses an input with a thousand unknown fields, and names 100', async () => {
    const input = { ...name(CANARY), ...Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`u${i}`, CANARY])) };
    const answer = await service.graphql(clinic, CREATE, { input });
    await expectRefused(answer, 'BAD_USER_INPUT');
    expect(fieldsOf(answer)).toHaveLength(100);
  });

  it.each([
    ['an unknown field', `{ expressCustomer${CANARY.slice(0, 5)} }`],
    ['a misspelt field', `{ expressCustomer(expressCustomerId: "${CANARY}") { expresCustomerName } }`],
    ['an unknown argument', `{ expressCustomer(id: "${CANARY}") { id } }`],
    ['a missing argument', `{ expressCustomer { id } }`],
    ['a selection that is missing', `{ expressCustomer(expressCustomerId: "${CANARY}") }`],
    ['a selection of a scalar', `{ expressCustomer(expressCustomerId: "${CANARY}") { id { x } } }`],
    ['an enum value that does not exist', `{ expressCustomers(orderBy: Musterfrau) { totalCount } }`],
    [
      'a literal of a wrong type',
      `mutation { createExpressCustomer(input: {expressCustomerName: ["${CANARY}"]}) { id } }`,
    ],
    [
      'an unknown input field',
      `mutation { createExpressCustomer(input: {expressCustomerName: "A", Musterfrau: 1}) { id } }`,
    ],
    ['an unknown type', `query($a: Musterfrau) { expressCustomer(expressCustomerId: $a) { id } }`],
    ['an undefined variable', `{ expressCustomer(expressCustomerId: $Musterfrau) { id } }`],
    ['an unused variable', `query($Musterfrau: ID) { __typename }`],
    ['an unknown fragment', `{ ...Musterfrau }`],
    ['an unused fragment', `{ __typename } fragment Musterfrau on Query { __typename }`],
    ['a fragment in itself', `{ ...Musterfrau } fragment Musterfrau on Query { ...Musterfrau }`],
    ['an unknown directive', `{ __typename @Musterfrau }`],
    ['conflicting fields', `{ a: __typename a: expressCustomer(expressCustomerId: "${CANARY}") { id } }`],
    ['a subscription', `subscription { Musterfrau }`],
  ])('refuses a document with %s without quoting it', async (_title, query) => {
    const answer = await service.graphql(clinic, query);
    expect(answer.status).toBe(400);
    expect(answer.body).not.toHaveProperty('data');
    expect(answer.body.errors!.map(({ extensions }) => extensions.code)).toEqual(
      answer.body.errors!.map(() => 'GRAPHQL_VALIDATION_FAILED'),
    );
    expect(answer.text).not.toMatch(/Musterfrau|Wilhe/);
    expect(answer.text).not.toMatch(INTERNALS);
    for (const { extensions } of answer.body.errors!) expect(extensions.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['text that is no JSON', `{"query": "${CANARY}`, 'BAD_USER_INPUT'],
    ['a list of operations', `[{"query":"{__typename}"},{"query":"{__typename}"}]`, 'BAD_REQUEST'],
    ['a JSON text', `"${CANARY}"`, 'BAD_REQUEST'],
    ['an object without a query', `{"Musterfrau":1}`, 'BAD_REQUEST'],
    ['a query that is no text', `{"query":{"a":"${CANARY}"}}`, 'BAD_REQUEST'],
    ['variables that are a text', `{"query":"{__typename}","variables":"${CANARY}"}`, 'BAD_REQUEST'],
    ['no body', '', 'BAD_REQUEST'],
    ['a document that is no GraphQL', `{"query":"{ ${CANARY} "}`, 'GRAPHQL_PARSE_FAILED'],
    [
      'a name of an operation that is not there',
      `{"query":"{__typename}","operationName":"Musterfrau"}`,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['two operations', `{"query":"query A {__typename} query B {__typename}"}`, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a persisted document with another hash',
      `{"query":"{__typename}","extensions":{"persistedQuery":{"version":1,"sha256Hash":"Musterfrau"}}}`,
      'BAD_REQUEST',
    ],
    [
      'a persisted document of another version',
      `{"extensions":{"persistedQuery":{"version":"Musterfrau","sha256Hash":"Musterfrau"}}}`,
      'BAD_REQUEST',
    ],
  ])('refuses %s', async (_title, body, code) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    await expectRefused(answer, code);
  });

  it.each([
    ['another media type', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['another charset', { 'content-type': 'application/json; charset=iso-8859-1' }],
    ['a compressed body', { 'content-encoding': 'gzip' }],
  ])('refuses %s', async (_title, headers) => {
    const answer = await post(JSON.stringify({ query: CREATE, variables: { input: name(CANARY) } }), headers);
    expect(answer.status).toBe(400);
    await expectRefused(answer, 'BAD_USER_INPUT');
  });

  it('refuses a body that is not UTF-8 rather than storing other characters', async () => {
    const body = Buffer.from(JSON.stringify({ query: CREATE, variables: { input: name('Z\u00fcrich') } }), 'latin1');
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${clinic.token}` };
    await expectRefused(await service.request('/graphql', { method: 'POST', body, headers }), 'BAD_USER_INPUT');
  });

  it('refuses a body that is too large with 413', async () => {
    const answer = await post(JSON.stringify({ query: CREATE, variables: { input: name('x'.repeat(1_100_000)) } }));
    expect(answer.status).toBe(413);
    await expectRefused(answer, 'PAYLOAD_TOO_LARGE');
  });

  it('refuses a document of too many tokens', async () => {
    const answer = await service.graphql(clinic, `{ ${'__typename '.repeat(2_000)} }`);
    expect(answer.status).toBe(400);
    await expectRefused(answer, 'QUERY_TOO_COMPLEX');
  });

  it('refuses a GET that any page could send, and a mutation by GET', async () => {
    const headers = { authorization: `Bearer ${clinic.token}` };
    const forged = await service.request(`/graphql?query=${encodeURIComponent('{__typename}')}`);
    expect(forged.status).toBe(401);
    await expectRefused(forged, 'UNAUTHENTICATED');
    const mutation = `mutation{createExpressCustomer(input:{expressCustomerName:"${CANARY}"}){id}}`;
    const address = `/graphql?query=${encodeURIComponent(mutation)}`;
    const answer = await service.request(address, { headers });
    expect(answer.status).toBe(405);
    await expectRefused(answer, 'BAD_REQUEST');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'keeps the metadata key %s like any other, from a variable and from the document',
    async (key) => {
      const sent = JSON.parse(`{"expressCustomerName":"A","metadata":{"${key}":"kept"}}`);
      const byVariable = await service.graphql(clinic, CREATE, { input: sent });
      const literal = `mutation { createExpressCustomer(input: {expressCustomerName: "A", metadata: {${key}: "kept"}}) { metadata } }`;
      const byDocument = await service.graphql(clinic, literal);
      const list = await service.graphql(clinic, '{ expressCustomers { nodes { metadata } } }');
      const answers = [byVariable.body.data!.createExpressCustomer, byDocument.body.data!.createExpressCustomer];
      for (const { metadata: kept } of [...answers, ...list.body.data!.expressCustomers.nodes]) {
        expect(Object.entries(kept)).toEqual([[key, 'kept']]);
      }
      expect(await storedRows()).toBe(2);
    },
  );

  it('stores and answers exactly what was sent, at every limit', async () => {
    const input = {
      expressCustomerName: `  ${'🏥'.repeat(498)}`,
      metadata: Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => ['🔑'.repeat(98) + String(index).padStart(2, '0'), '🏥'.repeat(1000)]),
      ),
    };
    const answer = await service.graphql(clinic, CREATE, { input });
    expect(answer.body.errors).toBeUndefined();
    const again = await service.graphql(clinic, '{ expressCustomers { nodes { expressCustomerName metadata } } }');
    expect(again.body.data!.expressCustomers.nodes).toEqual([input]);
  });

  it('answers a malformed id like an unknown one', async () => {
    for (const id of ['', 'x', `cus_${'0'.repeat(32)}`, `CUS_${'0'.repeat(32)}`, `cus_${'0'.repeat(31)}\0`, CANARY]) {
      const { body } = await service.graphql(
        clinic,
        'query($id: ID!) { expressCustomer(expressCustomerId: $id) { id } }',
        { id },
      );
      expect(body).toEqual({ data: { expressCustomer: null } });
    }
  });
});
