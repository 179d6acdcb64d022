import { startService, type Service } from '../../support/service.js';

describe('pages of other origins', () => {
  let service: Service;
  afterEach(() => service.stop());
  const from = (origin: string) => ({
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: '{}',
  });
  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  });

  it('may call when they are listed, and read a refusal too', async () => {
    service = await startService('embedded', { CORS_ORIGINS: 'https://app.example.org' });
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
    service = await startService('embedded', { CORS_ORIGINS: 'https://app.example.org' });
    const { headers } = await service.request('/graphql', from('https://app.example.org'));
    expect(headers.get('access-control-expose-headers')?.split(', ').sort()).toEqual([
      ...['etag', 'ratelimit', 'ratelimit-policy', 'retry-after', 'www-authenticate', 'x-request-id', 'x-should-retry'],
    ]);
  });

  it('may not when none is listed', async () => {
    service = await startService('embedded');
    const { headers } = await service.request('/graphql', from('https://app.example.org'));
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
