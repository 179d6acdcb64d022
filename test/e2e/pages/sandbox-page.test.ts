import { startService, type Service } from '../../support/service.js';

const PAGE = { headers: { accept: 'text/html' } };

describe('the page at /graphql', () => {
  let service: Service;
  afterEach(() => service.stop());

  it('is Apollo Sandbox with the create, its variables and the demo key filled in', async () => {
    service = await startService('embedded');
    const { status, headers, text } = await service.request('/graphql', PAGE);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).toContain('mutation CreateExpressCustomer($input: CreateExpressCustomerInput!)');
    expect(text).toContain('City Medical Center - Radiology Department');
    expect(text).toContain(`Bearer ${service.app.demoKey!.token}`);
  });

  it('has the headers of the other pages, and allows and names the two hosts that it loads from', async () => {
    service = await startService('embedded');
    const { headers, text } = await service.request('/graphql', PAGE);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' https:.*; frame-ancestors 'none'$/);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const hosts = [...policy.matchAll(/https:\/\/([^\s;]+)/g)].map(([, host]) => host);
    expect(hosts).toHaveLength(2);
    for (const host of hosts) expect(text).toMatch(new RegExp(`<p class="source">.*${host}`));
    expect(text).not.toMatch(/<style|<script(?! src="\/| type="application\/json")| style=|(?:src|href)="https/);
  });

  it('holds no key where there is no demo clinic', async () => {
    service = await startService('postgresql');
    const { text } = await service.request('/graphql', PAGE);
    expect(text).toContain('mutation CreateExpressCustomer');
    expect(text).not.toContain('avk_');
  });

  it('is not served in production, where the schema cannot be asked for either', async () => {
    service = await startService('embedded', { NODE_ENV: 'production' });
    const { text } = await service.request('/graphql', PAGE);
    expect(text).not.toContain('CreateExpressCustomer');
    expect(text).not.toMatch(/avk_\w{8}/);
    const clinic = await service.newClinic();
    const { body } = await service.graphql(clinic, '{ __schema { types { name } } }');
    expect(body.errors![0]!.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('returns the subgraph schema in production to callers with a credential alone', async () => {
    service = await startService('embedded', { NODE_ENV: 'production' });
    const sdl = '{ _service { sdl } }';
    const { body } = await service.graphql(await service.newClinic(), sdl);
    expect(body.data!._service.sdl).toContain('type ExpressCustomer');
    expect((await service.graphql({ token: 'none' }, sdl)).status).toBe(401);
  });
});
