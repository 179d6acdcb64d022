import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { get } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Site } from '../../../src/transport/pages/site.js';
import { startService, type Service } from '../../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await startService('embedded', { NODE_ENV: 'development', DOCS: 'true' });
});
afterAll(() => service.stop());

const loadsOf = (html: string, base: string): URL[] =>
  [...html.matchAll(/(?:src|href|data-search|data-entries)="([^"#]+)[^"]*"/g)]
    .map(([, address]) => new URL(address!, base))
    .filter(({ protocol }) => protocol !== 'data:');

const STRICT = /^default-src 'none'; script-src 'self'; style-src 'self';/;

it.each(['/docs/', '/docs/errors', '/docs/graphql-reference', '/docs/decision-0042', '/v1/docs'])(
  '%s loads from this service alone, runs nothing inside itself, and leads nowhere that is not there',
  async (path) => {
    const { status, headers, text } = await service.request(path);
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toMatch(STRICT);
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(text).not.toMatch(/<style|<script(?![^>]* src=)| style=| on\w+=/);
    for (const address of loadsOf(text, `${service.url}${path}`)) {
      if (address.origin !== service.url) expect(address.href).toMatch(/^https:/);
      else
        expect([address.pathname, (await service.request(address.pathname)).status]).toEqual([address.pathname, 200]);
    }
  },
);

async function fetchRaw(path: string, encoding: string): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(new URL(path, service.url), { headers: { 'accept-encoding': encoding } }, (response) => {
      buffer(response).then((body) => resolve({ headers: response.headers, body }), reject);
    }).once('error', reject);
  });
}

it('sends what pages load compressed as the browser understands, to be kept for ever under its hash', async () => {
  const { text } = await service.request('/v1/docs');
  const path = /src="(\/assets\/swagger-ui\.[0-9a-f]+\.js)"/.exec(text)![1]!;
  const [plain, gzip, brotli] = [
    await fetchRaw(path, 'identity'),
    await fetchRaw(path, 'gzip'),
    await fetchRaw(path, 'gzip, br'),
  ];
  expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
  expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
  expect(brotli.body.length).toBeLessThan(plain.body.length / 3);
  expect([plain, gzip, brotli].map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'gzip', 'br']);
  expect(brotli.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
    'x-content-type-options': 'nosniff',
  });
});

it('answers 304 for a page that has not changed', async () => {
  const { headers } = await service.request('/docs/errors');
  const again = await service.request('/docs/errors', { headers: { 'if-none-match': headers.get('etag')! } });
  expect(again.status).toBe(304);
  expect(again.text).toBe('');
});

it.each(['/docs/none', '/docs/../package.json', '/docs/%2e%2e/site.json', '/assets/site.json', '/docs/errors.html.br'])(
  '%s is not there: files are found by a list of URLs',
  async (path) => {
    expect((await service.request(path)).status).toBe(404);
  },
);

it('a file is in memory once, however many ask for it simultaneously', async () => {
  const site = new Site();
  const file = (await site.find('/assets/graphiql.js'))!;
  const [first, ...others] = await Promise.all(Array.from({ length: 20 }, () => site.read(file, undefined)));
  for (const other of others) expect(other === first).toBe(true);
});

it('the demo key is filled in on the REST reference for a loopback name alone', async () => {
  const token = service.app.demoKey!.token;
  expect((await service.request('/v1/docs')).text).toContain(`data-key="${token}"`);
  const open = await startService('embedded', { HOST: '0.0.0.0' });
  expect((await open.request('/v1/docs')).text).toContain('data-key=""');
  await open.stop();
});

it('explains each code at the place that errors name, by heading or row', async () => {
  const { text } = await service.request('/docs/errors');
  for (const code of ['bad_user_input', 'version_conflict', 'internal_server_error', 'graphql_parse_failed'])
    expect(text).toContain(`id="${code}"`);
});

it.each([{ NODE_ENV: 'production', DOCS: '' }, { INTROSPECTION: 'false', DOCS: '' }, { DOCS: 'false' }])(
  'there is no documentation with %j, and the references stay',
  async (environment) => {
    const closed = await startService('embedded', environment);
    expect((await closed.request('/docs/')).status).toBe(404);
    expect((await closed.request('/v1/docs')).status).toBe(200);
    await closed.stop();
  },
);
