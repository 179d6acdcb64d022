import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { startService, type Service } from '../../support/service.js';

let service: Service;
let token: string;
beforeAll(async () => {
  service = await startService('embedded');
  token = service.app.demoKey!.token;
});
afterAll(() => service.stop());

/** A page as a browser gets it that knows the service by a name. `fetch` would not send another Host. */
async function page(path: string, host: string, url = service.url): Promise<string> {
  return new Promise((resolve, reject) => {
    request(new URL(path, url), { headers: { host, accept: 'text/html' } }, (response) => resolve(text(response)))
      .once('error', reject)
      .end();
  });
}

const PAGES = ['/', '/explorer', '/graphql'];

it.each(['/explorer', '/graphql'])('is on the page %s where it is asked for by a loopback name', async (path) => {
  for (const host of ['localhost:4000', '127.0.0.1:4000', '[::1]:4000'])
    expect(await page(path, host)).toContain(token);
});

it.each(PAGES)('is not on the page %s for a foreign site whose name resolves to this machine', async (path) => {
  const html = await page(path, 'attacker.example');
  expect(html).not.toContain(token);
  expect(html).toMatch(path === '/' ? /<!doctype html>/ : /\\u003cyour API key/);
});

it('is on no page where the service can be reached from other machines', async () => {
  const open = await startService('embedded', { HOST: '0.0.0.0' });
  const { token: key } = open.app.demoKey!;
  for (const path of PAGES) expect(await page(path, 'localhost:4000', open.url)).not.toContain(key);
  await open.stop();
});

it.each(PAGES)('comes with security headers, on the page %s', async (path) => {
  const { headers } = await service.request(path, { headers: { accept: 'text/html' } });
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});
