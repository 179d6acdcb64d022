import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashDocument } from '../../../src/transport/graphql/persisted/hash-document.js';
import { startService, type Service } from '../../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await startService('embedded', { NODE_ENV: 'development' });
});
afterAll(() => service.stop());

const VIEWS = ['', '/new', '/keys', '/signed-in', `/cus_${'0'.repeat(32)}`];

it.each(VIEWS)(
  '/customers%s is the dashboard, under a policy without anything inline, and is never kept',
  async (view) => {
    const { status, headers, text } = await service.request(`/customers${view}`);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    const policy = headers.get('content-security-policy')!;
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(text).not.toMatch(/<style|<script(?![^>]* src=)| style=| on\w+=/);
  },
);

it('loads files of this service alone, compressed, to be kept for ever under their hash', async () => {
  const { text } = await service.request('/customers');
  const loads = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!);
  expect(loads).toHaveLength(2);
  for (const path of loads) {
    expect(path).toMatch(/^\/customers\/assets\/\w+\.[\w-]{8,}\.(js|css)$/);
    const { status, headers } = await service.request(path, { headers: { 'accept-encoding': 'br' } });
    expect([path, status]).toEqual([path, 200]);
    expect(headers.get('content-encoding')).toBe('br');
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  }
});

it('takes at most 250 KB, compressed with gzip', async () => {
  const folder = 'dist/pages/customers/assets';
  const files = (await readdir(folder)).filter((name) => name.endsWith('.gz'));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
  expect(files.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(250_000);
});

it.each([
  ['/customers/unknown', 404],
  ['/customers/cus_1', 404],
  ['/customers/assets/none.js', 404],
  ['/customers/assets/../dashboard-documents.json', 404],
  ['/customers/dashboard-documents.json', 404],
])('%s is not there', async (path, status) => {
  expect((await service.request(path)).status).toBe(status);
});

it('leads from the address with a slash to the one without', async () => {
  const { status, headers } = await service.request('/customers/', { redirect: 'manual' });
  expect([status, headers.get('location')]).toEqual([302, '/customers']);
});

it('is off in production unless DASHBOARD=true, with all that it loads', async () => {
  const asset = /src="([^"]+)"/.exec((await service.request('/customers')).text)![1]!;
  const closed = await startService('embedded', { NODE_ENV: 'production' });
  for (const path of ['/customers', '/customers/new', asset]) expect((await closed.request(path)).status).toBe(404);
  expect((await closed.request('/')).text).not.toContain('/customers');
  await closed.stop();
  const open = await startService('embedded', { NODE_ENV: 'production', DASHBOARD: 'true' });
  expect((await open.request('/customers')).status).toBe(200);
  expect((await open.request('/')).text).toContain('href="/customers"');
  await open.stop();
});

describe('with an issuer', () => {
  const ISSUER = { OIDC_ISSUER: 'https://login.example.org/realms/clinics', OIDC_AUDIENCE: 'customers' };

  it('calls it too, and nobody else, and knows how people sign in there', async () => {
    const other = await startService('embedded', { ...ISSUER, DASHBOARD_OIDC_CLIENT_ID: `a"b<c>&d'e` });
    const { headers, text } = await other.request('/customers');
    await other.stop();
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("connect-src 'self' https://login.example.org;");
    expect(policy.match(/https?:/g)).toHaveLength(1);
    expect(policy).toContain("form-action 'none'");
    expect(policy).not.toContain('frame-src');
    const [, attribute] = /data-sign-in="([^"]*)"/.exec(text)!;
    expect(attribute).not.toContain('<');
    const decoded = attribute!.replace(/&#(\d+);/g, (_text, code: string) => String.fromCharCode(Number(code)));
    expect(JSON.parse(decoded)).toEqual(other.config.dashboardSignIn);
  });

  it('calls this service alone until it is a client of the issuer, and the start says what is missing', async () => {
    const other = await startService('embedded', ISSUER);
    const { headers, text } = await other.request('/customers');
    await other.stop();
    expect(headers.get('content-security-policy')).toContain("connect-src 'self';");
    expect(text).toContain('data-sign-in=""');
    const lines = other.logLines().filter(({ msg }) => String(msg).includes('DASHBOARD_OIDC_CLIENT_ID'));
    expect(lines).toEqual([expect.objectContaining({ level: 40 })]);
  });
});

it('is signed in with the demo key for a loopback name alone', async () => {
  const { token } = service.app.demoKey!;
  expect((await service.request('/customers')).text).toContain(`data-key="${token}"`);
  const open = await startService('embedded', { HOST: '0.0.0.0' });
  expect((await open.request('/customers')).text).toContain('data-key=""');
  await open.stop();
});

describe('its documents', () => {
  const readDocuments = async () =>
    JSON.parse(await readFile('dashboard/documents.json', 'utf8')) as Record<string, string>;

  it('are named by their hash', async () => {
    for (const [id, text] of Object.entries(await readDocuments())) expect(id).toBe(hashDocument(text));
  });

  it.each([
    ['by id, whatever the limits of documents are', { MAX_DEPTH: '1', MAX_TOKENS: '5' }, 'id'],
    ['in full, as they are copied', {}, 'text'],
  ])('run where only trusted documents do, %s, and no others', async (_name, limits, form) => {
    const manifest = join(service.config.dataDir, 'documents.json');
    await writeFile(manifest, '{"a": "{ __typename }"}');
    const trust = { TRUSTED_DOCUMENTS: manifest, TRUSTED_DOCUMENTS_ONLY: 'true' };
    const only = await startService('embedded', { ...trust, ...limits });
    const { token } = await only.newClinic();
    const call = (body: object) =>
      only.request('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ variables: { first: 1, orderBy: 'NAME_ASC' }, ...body }),
      });
    const [id, text] = Object.entries(await readDocuments()).find(([, one]) => one.startsWith('query Customers('))!;
    const extensions = { persistedQuery: { version: 1, sha256Hash: id } };
    const own = await call(form === 'id' ? { extensions } : { query: text });
    const other = await call({ query: `${text} ` });
    await only.stop();
    expect(own.body).toMatchObject({ data: { expressCustomers: { edges: [] } } });
    expect(other.body.errors![0]!.extensions.code).toBe('OPERATION_NOT_TRUSTED');
  });
});
