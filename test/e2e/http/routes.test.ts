import { startService, type Clinic, type Service } from '../../support/service.js';

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('embedded');
  clinic = await service.newClinic();
});
afterAll(() => service.stop());

const ID = 'cus_00000000000000000000000000000000';

it.each([
  ['PUT', `/v1/express/${ID}`, 'GET, HEAD, PATCH, OPTIONS'],
  ['DELETE', `/v1/express/${ID}`, 'GET, HEAD, PATCH, OPTIONS'],
  ['PUT', '/v1/express', 'GET, HEAD, POST, OPTIONS'],
  ['GET', `/v1/express/${ID}/users`, 'POST, DELETE, OPTIONS'],
  ['PUT', '/graphql', 'GET, HEAD, POST, OPTIONS'],
  ['POST', '/livez', 'GET, HEAD, OPTIONS'],
])('answers 405 with Allow to %s %s', async (method, path, allow) => {
  const { status, headers, body } = await service.request(path, { method });
  expect(status).toBe(405);
  expect(headers.get('allow')).toBe(allow);
  const { code } = path === '/graphql' ? body.errors![0]!.extensions : body;
  expect(code).toBe('METHOD_NOT_ALLOWED');
});

it.each(['/v1/express', `/v1/express/${ID}`, '/graphql', '/livez', '/'])(
  'answers OPTIONS on %s with its methods and no body',
  async (path) => {
    const { status, headers, text } = await service.request(path, { method: 'OPTIONS' });
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(headers.get('allow')).toContain('GET');
  },
);

it('answers OPTIONS without preflight headers in JSON or with no body where other origins may call', async () => {
  const open = await startService('embedded', { CORS_ORIGINS: 'https://app.example.org' });
  for (const path of ['/graphql', '/v1/express', '/nothing']) {
    const { status, text } = await open.request(path, { method: 'OPTIONS' });
    expect({ status, text }).toEqual({ status: 204, text: '' });
  }
  await open.stop();
});

it('says what is missing where the path of a customer has no id', async () => {
  const headers = { authorization: `Bearer ${clinic.token}` };
  const { status, body } = await service.request('/v1/express/', { headers });
  expect(status).toBe(404);
  expect(body).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('has no customer id') });
});

it('answers /favicon.ico without an error', async () => {
  expect((await service.request('/favicon.ico')).status).toBe(204);
});

it('shows the page at /graphql whatever else stands in its query, but runs no operation there', async () => {
  const browser = { headers: { accept: 'text/html,application/xhtml+xml' } };
  expect((await service.request('/graphql?x=y', browser)).headers.get('content-type')).toMatch(/^text\/html/);
  const { headers, text } = await service.request('/graphql?query=%7B__typename%7D', browser);
  expect(headers.get('content-type')).toMatch(/^text\/html/);
  expect(text).not.toContain('"__typename":');
});

it('runs no operation without a credential for a browser where there is no page', async () => {
  const production = await startService('embedded', { NODE_ENV: 'production' });
  const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  expect((await production.request('/graphql?query=%7B_service%7Bsdl%7D%7D', { headers })).status).toBe(401);
  await production.stop();
});

it.each(['/v1/express', `/v1/express/${ID}`, '/graphql'])(
  'keeps answers of %s out of caches and their type from being guessed, refusals too',
  async (path) => {
    for (const token of [clinic.token, 'none']) {
      const { headers } = await service.request(path, { headers: { authorization: `Bearer ${token}` } });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  },
);
