import { startService, type Clinic, type Service } from '../../support/service.js';
import { sendRaw } from '../../support/clients/raw-http.js';

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('embedded');
  clinic = await service.newClinic();
});
afterAll(() => service.stop());

const QUERY = JSON.stringify({ query: '{ __typename }' });

/** A good call but for the lines that are given. */
const call = (path: string, lines: string[], version = '1.1') =>
  [
    `POST ${path} HTTP/${version}`,
    ...lines,
    `authorization: Bearer ${clinic.token}`,
    'content-type: application/json',
    `content-length: ${QUERY.length}`,
    'connection: close',
    '',
    QUERY,
  ].join('\r\n');

const HOSTS = ['[', 'a b', '%', '::1', 'xn--a', '', 'a/b', 'user@a', 'a:99999', 'a?b', 'a#b', 'a\\b'];

describe.each(['/graphql', '/v1/express'])('a request to %s', (path) => {
  const expectRefusal = async (request: string) => {
    const [answer, ...more] = await sendRaw(service.url, request);
    expect(more).toEqual([]);
    expect(answer!.status).toBe(400);
    const body = JSON.parse(answer!.body) as Record<string, any>;
    const { code, requestId } = path === '/graphql' ? body.errors[0].extensions : body;
    expect({ code, requestId: typeof requestId }).toEqual({ code: 'BAD_USER_INPUT', requestId: 'string' });
  };

  it.each(HOSTS)('with the Host header %j is answered 400 in the form of every error', (host) =>
    expectRefusal(call(path, [`host: ${host}`])),
  );

  it.each([
    ['two Host headers', ['host: a', 'host: b'], '1.1'],
    ['no Host header', [], '1.1'],
    ['no Host header in HTTP/1.0', [], '1.0'],
    ['an Expect header that is not 100-continue', ['host: a', 'expect: x'], '1.1'],
  ])('with %s is answered 400 in the form of every error', (_what, lines, version) =>
    expectRefusal(call(path, lines, version)),
  );
});

it('still answers health checks in HTTP/1.0 without a Host header', async () => {
  const [answer] = await sendRaw(service.url, 'GET /livez HTTP/1.0\r\n\r\n');
  expect(answer!.status).toBe(200);
});

it.each(['localhost:4000', '127.0.0.1', '[::1]:4000', 'express.example.org'])(
  'accepts the Host header %s',
  async (host) => {
    const [answer] = await sendRaw(service.url, call('/graphql', [`host: ${host}`]));
    expect(answer!.status).toBe(200);
  },
);

it('keeps the answer of a good request that garbage follows on the same connection', async () => {
  const good = call('/graphql', ['host: a']).replace('connection: close\r\n', '');
  const answers = await sendRaw(service.url, `${good}\x00 garbage\r\n\r\n`);
  expect(answers.map(({ status }) => status)).toEqual([200, 400]);
  expect(answers[0]!.body).toBe('{"data":{"__typename":"Query"}}\n');
});

it('answers 400 to a body whose chunks are malformed', async () => {
  const head = `POST /graphql HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${clinic.token}\r\ncontent-type: application/json`;
  const [answer] = await sendRaw(service.url, `${head}\r\ntransfer-encoding: chunked\r\n\r\nno chunk\r\n`);
  expect(answer!.status).toBe(400);
});

describe('a query parameter that is not UTF-8', () => {
  const get = (path: string) =>
    service.request(path, { headers: { authorization: `Bearer ${clinic.token}`, accept: 'application/json' } });

  it.each([
    ['expressCustomerName', '/v1/express?expressCustomerName=M%FCller'],
    ['expressCustomerName', '/v1/express?limit=1&expressCustomerName=10%'],
    ['cursor', '/v1/express?cursor=%C3%28'],
  ])('is refused by its name, %s', async (name, path) => {
    const { status, body } = await get(path);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: [name], code: 'INVALID' }] });
  });

  it('is refused in a GraphQL request too', async () => {
    const { status, body } = await get('/graphql?query=%7B__typename%7D%FF');
    expect(status).toBe(400);
    expect(body.errors![0]!.extensions.fields).toEqual([expect.objectContaining({ path: ['query'], code: 'INVALID' })]);
  });

  it('is refused, but not one that is', async () => {
    expect((await get('/v1/express?expressCustomerName=M%C3%BCller+%26%20Co')).status).toBe(200);
  });
});

describe('a POST without a body', () => {
  let id: string;
  beforeAll(async () => {
    const { body } = await service.graphql(
      clinic,
      'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { expressCustomerId } }',
    );
    id = (body.data!.createExpressCustomer as { expressCustomerId: string }).expressCustomerId;
  });

  const reactivate = async (lines: string[], bytes = '') => {
    const head = [`POST /v1/express/${id}/reactivate HTTP/1.1`, 'host: a', `authorization: Bearer ${clinic.token}`];
    const [answer] = await sendRaw(
      service.url,
      `${[...head, ...lines, 'connection: close'].join('\r\n')}\r\n\r\n${bytes}`,
    );
    return answer!.status;
  };

  it.each([
    ['no headers of a body', [], ''],
    ['content-length 0', ['content-length: 0'], ''],
    ['content-length 0 and a form type', ['content-length: 0', 'content-type: application/x-www-form-urlencoded'], ''],
    ['content-length 0 and text/plain', ['content-length: 0', 'content-type: text/plain'], ''],
    ['content-length 0 and JSON', ['content-length: 0', 'content-type: application/json'], ''],
    ['chunks that hold nothing', ['transfer-encoding: chunked'], '0\r\n\r\n'],
    [
      'chunks that hold nothing, as text/plain',
      ['transfer-encoding: chunked', 'content-type: text/plain'],
      '0\r\n\r\n',
    ],
    [
      'chunks that hold nothing, as JSON',
      ['transfer-encoding: chunked', 'content-type: application/json'],
      '0\r\n\r\n',
    ],
  ])('is accepted with %s', async (_framing, lines, bytes) => {
    expect(await reactivate(lines, bytes)).toBe(200);
  });

  it.each([
    ['content-length', ['content-length: 2'], '{}'],
    ['content-length and text/plain', ['content-length: 2', 'content-type: text/plain'], '{}'],
    ['chunks and text/plain', ['transfer-encoding: chunked', 'content-type: text/plain'], '2\r\n{}\r\n0\r\n\r\n'],
  ])('is refused where there are bytes that are not declared as JSON: %s', async (_framing, lines, bytes) => {
    expect(await reactivate(lines, bytes)).toBe(400);
  });
});
