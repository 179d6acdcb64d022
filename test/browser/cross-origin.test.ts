import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { openBrowser, openPage } from '../support/browser.js';
import { startService, type Clinic, type Service } from '../support/service.js';

// Stands for a development server such as Vite's: an origin of its own on this machine.
let pages: Server;
let browser: Browser;
let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  pages = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>A page</title>');
  });
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  browser = await openBrowser();
  service = await startService('embedded', { NODE_ENV: 'development', RATE_LIMIT_POINTS: '100' });
});
afterAll(async () => {
  await browser.close();
  await service.stop();
  pages.close();
});
beforeEach(async () => {
  clinic = await service.newClinic();
});

interface Seen {
  status: number;
  code: string | undefined;
  requestId: string | null;
  ratelimit: string | null;
  retryAfter: string | null;
}

/** What a script of a page at `host` sees of its call; null where the browser blocks it. */
async function callFrom(host: string, first: number, token = clinic.token): Promise<Seen | null> {
  const page = await openPage(browser);
  await page.goto(`http://${host}:${(pages.address() as AddressInfo).port}/`);
  const body = { query: `{ expressCustomers(first: ${first}) { nodes { id } } }` };
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/graphql-response+json,application/json;q=0.9',
    'content-type': 'application/json',
    'apollographql-client-name': 'a page',
  };
  const call = JSON.stringify({ method: 'POST', headers, body: JSON.stringify(body) });
  const seen = await page.evaluate<Seen | null>(`fetch('${service.url}/graphql', ${call}).then(async (answer) => {
    const { errors } = await answer.json();
    const header = (name) => answer.headers.get(name);
    return { status: answer.status, code: errors?.[0].extensions.code, requestId: header('x-request-id'),
      ratelimit: header('ratelimit'), retryAfter: header('retry-after') };
  }).catch(() => null)`);
  await page.close();
  return seen;
}

it.each(['localhost', '127.0.0.1'])('a page of a development server at %s calls without any setting', async (host) => {
  const seen = await callFrom(host, 1);
  expect(seen).toMatchObject({ status: 200, requestId: expect.any(String), ratelimit: expect.any(String) });
  const refused = await callFrom(host, 1, 'unknown');
  expect(refused).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', requestId: expect.any(String) });
  await callFrom(host, 100);
  const limited = await callFrom(host, 1);
  expect(limited).toMatchObject({ status: 429, code: 'RATE_LIMITED', retryAfter: expect.any(String) });
});

it('a page of another site whose name resolves to this machine is blocked', async () => {
  expect(await callFrom('site.localhost', 1)).toBeNull();
});
