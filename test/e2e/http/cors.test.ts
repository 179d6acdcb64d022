import { startService, type Service } from '../../support/service.js';

const from = (origin: string) => ({
  method: 'POST',
  headers: { origin, 'content-type': 'application/json' },
  body: '{}',
});
const preflight = (origin: string) => ({
  method: 'OPTIONS',
  headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
});

describe('pages of other origins', () => {
  let service: Service;
  afterEach(() => service.stop());

  it('may call when they are listed, and read a refusal too', async () => {
    service = await startService('postgresql', { CORS_ORIGINS: 'https://app.example.org' });
    const asked = await service.request('/graphql', preflight('https://app.example.org'));
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    const refused = await service.request('/graphql', from('https://app.example.org'));
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    const other = await service.request('/graphql', preflight('https://evil.example.org'));
    expect(other.headers.get('access-control-allow-origin')).not.toBe('https://evil.example.org');
  });

  it('may read the headers that client libraries act on', async () => {
    service = await startService('postgresql', { CORS_ORIGINS: 'https://app.example.org' });
    const { headers } = await service.request('/graphql', from('https://app.example.org'));
    expect(headers.get('access-control-expose-headers')?.split(', ').sort()).toEqual([
      ...['etag', 'ratelimit', 'ratelimit-policy', 'retry-after', 'www-authenticate', 'x-request-id', 'x-should-retry'],
    ]);
  });

  it.each<NodeJS.ProcessEnv>([
    { NODE_ENV: 'production' },
    { NODE_ENV: 'development', CORS_ORIGINS: 'https://a.example' },
  ])('may not call from this machine with %j', async (environment) => {
    service = await startService('embedded', environment);
    const { headers } = await service.request('/graphql', from('http://localhost:5173'));
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may not when none is listed', async () => {
    service = await startService('postgresql');
    const { headers } = await service.request('/graphql', from('https://app.example.org'));
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('in development, without any setting', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService('embedded', { NODE_ENV: 'development' });
  });
  afterAll(() => service.stop());

  it.each(['http://localhost:5173', 'http://127.0.0.1:3000', 'https://[::1]:8443', 'http://localhost'])(
    'a page of %s may call, and read what clients act on',
    async (origin) => {
      const asked = await service.request('/graphql', preflight(origin));
      expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
      expect(asked.headers.get('access-control-allow-headers')).toBe('authorization');
      const { headers } = await service.request('/graphql', from(origin));
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-expose-headers')).toContain('x-request-id');
      expect(headers.get('vary')).toContain('Origin');
    },
  );

  it.each(['http://localhost.attacker.example', 'http://127.0.0.1.nip.io:5173', 'http://attacker.example', 'null'])(
    'a page of %s may not call',
    async (origin) => {
      for (const options of [preflight(origin), from(origin)]) {
        const { headers } = await service.request('/graphql', options);
        expect(headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );

  it.each(['/explorer', '/graphql'])('no page of another origin reads the demo key from %s', async (path) => {
    const { token } = service.app.demoKey!;
    const headers = { accept: 'text/html' };
    expect((await service.request(path, { headers })).text).toContain(token);
    const read = await service.request(path, { headers: { ...headers, origin: 'http://localhost:5173' } });
    expect(read.text).not.toContain(token);
  });
});
