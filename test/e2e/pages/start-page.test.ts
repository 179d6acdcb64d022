import { readFile } from 'node:fs/promises';
import { startService, type Service } from '../../support/service.js';

let service: Service | undefined;
afterEach(async () => {
  await service?.stop();
  service = undefined;
});

it('says what this is, on which engine, and where to go', async () => {
  service = await startService('embedded', { NODE_ENV: 'development' });
  const token = service.app.demoKey!.token;
  const { text, status, headers } = await service.request('/');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(text).toContain('embedded PostgreSQL');
  expect(text).not.toContain(token);
  for (const [, path] of text.matchAll(/href="([^"]+)"/g))
    expect((await service.request(path!, { headers: { accept: 'text/html' } })).status).toBe(200);
  expect(text).toContain('href="/graphql"');
});

it('runs no script and loads nothing, and says so to the browser', async () => {
  service = await startService('embedded');
  const { headers, text } = await service.request('/');
  const nonce = /<style nonce="([^"]+)"/.exec(text)![1];
  expect(headers.get('content-security-policy')).toBe(
    `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  expect(text).not.toMatch(/<script|src=|url\(/);
  expect((await service.request('/')).text).not.toContain(nonce);
});

it('shows nothing about the data in production, nor the schema', async () => {
  service = await startService('embedded', { NODE_ENV: 'production' });
  const { text, status } = await service.request('/');
  expect(status).toBe(200);
  expect(text).not.toMatch(/<dt>|href="\/graphql"|schema/i);
  expect((await service.request('/schema.graphql')).status).toBe(404);
});

it('serves the schema as it is committed', async () => {
  service = await startService('embedded');
  expect((await service.request('/schema.graphql')).text).toBe(await readFile('schema.graphql', 'utf8'));
});
