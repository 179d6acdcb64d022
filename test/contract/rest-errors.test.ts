import { onEachEngine } from '../support/engines.js';
import { startService, type Answer, type Clinic, type Service } from '../support/service.js';
import { RestClient, RestError } from '../support/clients/rest-client.js';

// Of what a stack, a library or the database would say.
const INTERNALS = / {4}at |node_modules|FST_|typeorm|SELECT |INSERT |violates|Musterfrau/i;
const JSON_BODY = { 'content-type': 'application/json' };
const CREATE = '{"expressCustomerName":"Musterfrau"}';

onEachEngine((engine) => {
  let service: Service;
  let clinic: Clinic;
  beforeAll(async () => {
    service = await startService(engine, { RATE_LIMIT_POINTS: '2000' });
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    clinic = await service.newClinic();
  });

  const send = (method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}) =>
    service.request(path, {
      method,
      headers: { authorization: `Bearer ${clinic.token}`, ...headers },
      ...(body !== undefined && { body }),
    });

  function expectRefused(answer: Answer, status: number, code: string): void {
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.body).toMatchObject({ message: expect.any(String), requestId: answer.headers.get('x-request-id') });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.text).not.toMatch(INTERNALS);
  }

  it.each<[string, string | Buffer, Record<string, string>]>([
    ['malformed JSON', '{"expressCustomerName":"Musterfrau"', JSON_BODY],
    ['what is not UTF-8', Buffer.from('{"expressCustomerName":"Z\u00fcrich"}', 'latin1'), JSON_BODY],
    ['a list', `[${CREATE}]`, JSON_BODY],
    ['null', 'null', JSON_BODY],
    ['text', CREATE, { 'content-type': 'text/plain' }],
    ['a form', 'expressCustomerName=Musterfrau', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['another charset', CREATE, { 'content-type': 'application/json; charset=iso-8859-1' }],
    ['a compressed body', CREATE, { ...JSON_BODY, 'content-encoding': 'gzip' }],
  ])('refuses %s for a create with 400', async (_, body, headers) => {
    expectRefused(await send('POST', '/v1/express', body, headers), 400, 'BAD_USER_INPUT');
  });

  it('refuses a body that is too large with 413', async () => {
    const body = JSON.stringify({ expressCustomerName: 'x'.repeat(1_100_000) });
    expectRefused(await send('POST', '/v1/express', body, JSON_BODY), 413, 'PAYLOAD_TOO_LARGE');
  });

  it.each(['__proto__', 'constructor', 'toString', 'page'])('names an unknown parameter %s', async (name) => {
    const answer = await send('GET', `/v1/express?${name}=1`);
    expectRefused(answer, 400, 'BAD_USER_INPUT');
    expect(answer.body.fields).toMatchObject([{ path: [name], code: 'UNKNOWN' }]);
  });

  it('names the header of a wrong idempotency key, and a body key of that name as unknown', async () => {
    const headers = { ...JSON_BODY, 'idempotency-key': 'k'.repeat(256) };
    const answer = await send('POST', '/v1/express', '{"expressCustomerName":"A","idempotencyKey":"b"}', headers);
    expectRefused(answer, 400, 'BAD_USER_INPUT');
    expect(answer.body.fields).toMatchObject([
      { path: ['Idempotency-Key'], code: 'INVALID' },
      { path: ['idempotencyKey'], code: 'UNKNOWN' },
    ]);
  });

  it.each(['', '/deactivate', '/users'])(
    'looks a customer with an id of any length up, and knows none (%s)',
    async (below) => {
      for (const id of ['Musterfrau'.repeat(20), 'Musterfrau'.repeat(1_000)]) {
        const [method, body] =
          below === '/users' ? ['DELETE', `{"userId":"usr_${'a'.repeat(32)}"}`] : ['POST', undefined];
        const answer = await send(
          below === '' ? 'GET' : method,
          `/v1/express/${id}${below}`,
          body,
          body ? JSON_BODY : {},
        );
        expectRefused(answer, 404, 'NOT_FOUND');
      }
    },
  );

  it.each(['/v1/express/%zz', '/v1/express/Musterfrau%ff', '/%zz'])(
    'refuses the address %s, which cannot be decoded',
    async (path) => {
      expectRefused(await send('GET', path), 400, 'BAD_USER_INPUT');
    },
  );

  it.each([
    ['PUT', '/v1/express'],
    ['DELETE', '/v1/express/cus_1'],
    ['GET', '/v1/express/cus_1/users'],
  ])('has an endpoint for other methods than %s %s', async (method, path) => {
    expectRefused(await send(method, path), 405, 'METHOD_NOT_ALLOWED');
  });

  it('has no endpoint at POST /v1/express/cus_1/delete', async () => {
    expectRefused(await send('POST', '/v1/express/cus_1/delete'), 404, 'NOT_FOUND');
  });

  it('answers 500 with nothing of the fault in it, which the client libraries try again', async () => {
    const client = new RestClient(service.url, clinic.token);
    await service.dataSource.query('ALTER TABLE express_customers ADD CONSTRAINT broken CHECK (version > 1) NOT VALID');
    const failed: unknown = await client.create({ expressCustomerName: 'Musterfrau' }).catch((error: unknown) => error);
    await service.dataSource.query('ALTER TABLE express_customers DROP CONSTRAINT broken');
    if (!(failed instanceof RestError)) throw failed;
    const { status, body } = failed.answer;
    expect({ status, keys: Object.keys(body) }).toEqual({ status: 500, keys: ['code', 'message', 'requestId'] });
    expect(JSON.stringify(body)).not.toMatch(INTERNALS);
    expect(client.sent).toBe(3);
    await client.create({ expressCustomerName: 'Musterfrau' });
    expect(await client.list()).toHaveLength(1);
  });

  // Once is enough: it waits for the window to end, and no engine has a part in it.
  if (engine === 'embedded') {
    it('answers 429 with a time under a minute, after which the client libraries succeed by themselves', async () => {
      const client = new RestClient(service.url, clinic.token);
      let refused: Answer;
      do refused = await send('GET', '/v1/express?limit=100');
      while (refused.status === 200);
      expectRefused(refused, 429, 'RATE_LIMITED');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThan(60);
      expect(await client.create({ expressCustomerName: 'Later' })).toMatchObject({ status: 200 });
      expect(client.sent).toBe(2);
    });
  }
});
