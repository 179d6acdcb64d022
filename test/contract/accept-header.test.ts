import { startService, type Answer, type Clinic, type Service } from '../support/service.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8';

// What Apollo Client 4, a gateway and others send, and what they must get.
const ACCEPTS: [sender: string, accept: string, type: string][] = [
  ['Apollo Client', 'application/graphql-response+json,application/json;q=0.9', RESPONSE_TYPE],
  [
    'a gateway',
    'multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json',
    RESPONSE_TYPE,
  ],
  ['a client that prefers JSON', 'application/graphql-response+json;q=0.4, application/json;q=0.5', JSON_TYPE],
  ['a client that takes anything', '*/*', JSON_TYPE],
];

const post = (body: string, type = 'application/json'): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': type },
  body,
});
const document = (query: string) => post(JSON.stringify({ query }));
const MUTATION = 'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { id } }';

const REFUSALS: [title: string, path: string, request: RequestInit, status: number, code: string][] = [
  ['malformed JSON', '', post('{"query":'), 400, 'BAD_USER_INPUT'],
  ['a body that is too long', '', post(`{"query":"${' '.repeat(1_100_000)}"}`), 413, 'PAYLOAD_TOO_LARGE'],
  ['a document that is too long', '', document(`{ __typename #${'x'.repeat(20_000)}\n}`), 400, 'QUERY_TOO_COMPLEX'],
  ['a body of plain text', '', post('{ __typename }', 'text/plain'), 400, 'BAD_USER_INPUT'],
  ['a syntax error', '', document('{'), 400, 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', '', document('{ nothing }'), 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['an object without a query', '', post('{"variables":{}}'), 400, 'BAD_REQUEST'],
  ['a mutation by GET', `?query=${encodeURIComponent(MUTATION)}`, {}, 405, 'BAD_REQUEST'],
  ['variables in the URL that are no JSON', '?query={__typename}&variables=x', {}, 400, 'BAD_REQUEST'],
];

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('embedded');
  clinic = await service.newClinic();
});
afterAll(() => service.stop());

function send(
  to: Service,
  token: string | undefined,
  accept: string,
  path: string,
  request: RequestInit,
): Promise<Answer> {
  const headers = { ...request.headers, accept, ...(token && { authorization: `Bearer ${token}` }) };
  return to.request(`/graphql${path}`, { ...request, headers });
}

function expectRefusal(answer: Answer, type: string, status: number, code: string): void {
  expect(answer.headers.get('content-type')).toBe(type);
  expect(answer.status).toBe(status);
  expect(answer.body.errors![0]!.extensions).toMatchObject({ code, requestId: expect.any(String) });
}

describe.each(ACCEPTS)('%s, which accepts %s', (_sender, accept, type) => {
  it.each(REFUSALS)('is refused for %s in the media type it asks for', async (_title, path, request, status, code) => {
    expectRefusal(await send(service, clinic.token, accept, path, request), type, status, code);
  });

  it('is refused without a credential in the media type it asks for', async () => {
    const answer = await send(service, undefined, accept, '', document('{ __typename }'));
    expectRefusal(answer, type, 401, 'UNAUTHENTICATED');
  });

  it('is answered in the media type it asks for, the first time and when it asks again', async () => {
    const query = `{ __typename } # ${accept}`;
    for (const isRepeated of [undefined, true]) {
      const answer = await send(service, clinic.token, accept, '', document(query));
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
      expect((await service.requestLine(answer)).repeated).toBe(isRepeated);
    }
  });
});

it('answers 429 in the media type that is asked for, before and after the operation is known', async () => {
  const limited = await startService('postgresql', { RATE_LIMIT_POINTS: '25' });
  try {
    const { token } = await limited.newClinic();
    const [, accept, type] = ACCEPTS[0]!;
    const call = () => send(limited, token, accept, '', document('{ expressCustomers(first: 10) { nodes { id } } }'));
    expect((await call()).status).toBe(200);
    expect((await call()).status).toBe(200);
    // Its first point is left, those of the operation are not; then not even the first.
    for (const repeated of [true, undefined]) {
      const answer = await call();
      expectRefusal(answer, type, 429, 'RATE_LIMITED');
      const line = await limited.requestLine(answer);
      expect([line.code, line.repeated]).toEqual(['RATE_LIMITED', repeated]);
    }
  } finally {
    await limited.stop();
  }
});

it('answers 503 of an overload in the media type that is asked for', async () => {
  const small = await startService('postgresql', { MAX_CONCURRENCY: '1' });
  const { token } = await small.newClinic();
  const blocker = small.dataSource.createQueryRunner();
  await blocker.startTransaction();
  await blocker.query('LOCK TABLE express_customers IN ACCESS EXCLUSIVE MODE');
  const [, accept, type] = ACCEPTS[0]!;
  // One waits for the lock and holds the only place; so the answer that comes first is a refusal.
  const calls = [1, 2].map(() => send(small, token, accept, '', document(MUTATION)));
  try {
    expectRefusal(await Promise.race(calls), type, 503, 'SERVICE_UNAVAILABLE');
  } finally {
    await blocker.rollbackTransaction();
    await blocker.release();
    await Promise.all(calls);
    await small.stop();
  }
});

it.each(['text/html', 'image/png'])(
  'refuses a POST that accepts only %s before it changes anything',
  async (accept) => {
    const answer = await send(service, clinic.token, accept, '', document(MUTATION));
    expectRefusal(answer, JSON_TYPE, 406, 'BAD_REQUEST');
    expect(answer.body.errors![0]!.message).toContain('Accept header');
    const { body } = await service.graphql(clinic, '{ expressCustomers { totalCount } }');
    expect(body.data).toEqual({ expressCustomers: { totalCount: 0 } });
  },
);

describe('a GET', () => {
  const get = (search: Record<string, string>, accept = ACCEPTS[0]![1]) =>
    send(service, clinic.token, accept, `?${new URLSearchParams(search).toString()}`, {});

  it('needs no header but Authorization, and takes the path of repeated operations', async () => {
    const query = 'query Get($first: Int!) { expressCustomers(first: $first) { totalCount } }';
    for (const isRepeated of [undefined, true]) {
      const answer = await get({ query, variables: '{"first":1}', extensions: '{"clientLibrary":{"name":"x"}}' });
      expect(answer.body).toEqual({ data: { expressCustomers: { totalCount: 0 } } });
      expect((await service.requestLine(answer)).repeated).toBe(isRepeated);
    }
  });

  it('runs nothing without a credential, whatever a browser accepts, where no page is shown', async () => {
    const closed = await startService('postgresql', { NODE_ENV: 'production' });
    try {
      const headers = { accept: 'text/html,*/*;q=0.8', 'content-type': 'application/json' };
      for (const query of ['{__typename}', '{_service{sdl}}', '']) {
        const answer = await closed.request(`/graphql?query=${query}`, { headers });
        expect(answer.status).toBe(401);
        expect(answer.text).not.toContain('ExpressCustomer');
      }
    } finally {
      await closed.stop();
    }
  });

  it('runs no mutation, names the method that does, and does so again once the mutation was sent by POST', async () => {
    const query = 'mutation Get { createExpressCustomer(input: { expressCustomerName: "By GET" }) { id } }';
    const caller = await service.newClinic();
    const refuse = async () => {
      const answer = await send(
        service,
        caller.token,
        ACCEPTS[0]![1],
        `?${new URLSearchParams({ query }).toString()}`,
        {},
      );
      expectRefusal(answer, ACCEPTS[0]![2], 405, 'BAD_REQUEST');
      expect(answer.headers.get('allow')).toBe('POST');
    };
    await refuse();
    await send(service, caller.token, '*/*', '', document(query));
    await refuse();
    const { body } = await service.graphql(caller, '{ expressCustomers { totalCount } }');
    expect(body.data).toEqual({ expressCustomers: { totalCount: 1 } });
  });

  it('shows a browser the page whatever the search parameters, and runs nothing', async () => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const answer = await service.request('/graphql?x=y&query={__typename}', { headers: { accept } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/html');
  });
});

it('takes an empty operation name for none, by GET and by POST, the first time and when it comes again', async () => {
  const query = 'query Named { expressCustomers { totalCount } }';
  for (let time = 0; time < 2; time += 1) {
    const byPost = await send(service, clinic.token, '*/*', '', post(JSON.stringify({ query, operationName: '' })));
    const search = new URLSearchParams({ query, operationName: '' }).toString();
    const byGet = await send(service, clinic.token, '*/*', `?${search}`, {});
    for (const { body } of [byPost, byGet]) expect(body.data).toEqual({ expressCustomers: { totalCount: 0 } });
  }
});

it('takes empty variables and extensions of a GET for none, the first time and when it comes again', async () => {
  const query = '{ expressCustomers { totalCount pageInfo { hasNextPage } } }';
  for (const empty of [{ variables: '' }, { extensions: '', variables: '', operationName: '' }]) {
    const search = new URLSearchParams({ ...empty, query, id: '' }).toString();
    for (let time = 0; time < 2; time += 1) {
      const { body } = await send(service, clinic.token, '*/*', `?${search}`, {});
      expect(body.data).toEqual({ expressCustomers: { totalCount: 0, pageInfo: { hasNextPage: false } } });
    }
  }
});

it.each([
  ['two values of one parameter', '?query={__typename}&query={__typename}', {}, /only once/],
  ['a batch', '', post('[{"query":"{__typename}"}]'), /Batches/],
  ['a mutation by GET', `?query=${encodeURIComponent(MUTATION)}`, {}, /by POST/],
  ['extensions that are a text', '', post('{"query":"{__typename}","extensions":"x"}'), /must be objects/],
  ['a query that is an object', '', post('{"query":{}}'), /must be a string/],
  ['no query', '', post('{"variables":{}}'), /`query` is missing/],
] as const)('names the cause when it refuses %s', async (_title, path, request, message) => {
  const answer = await send(service, clinic.token, 'application/json', path, request);
  expect(answer.body.errors![0]!.message).toMatch(message);
});
