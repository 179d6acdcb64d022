import { onEachEngine, type Engine } from '../support/engines.js';
import { startService, type Service } from '../support/service.js';

const CREATE = `mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }`;
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
    expect(text).not.toContain('avk_');
    const clinic = await service.newClinic();
    const { body } = await service.graphql(clinic, '{ __schema { types { name } } }');
    expect(body.errors![0]!.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('tells the subgraph to who holds a credential in production, and to nobody else', async () => {
    service = await startService('embedded', { NODE_ENV: 'production' });
    const sdl = '{ _service { sdl } }';
    const { body } = await service.graphql(await service.newClinic(), sdl);
    expect(body.data!._service.sdl).toContain('type ExpressCustomer');
    expect((await service.graphql({ token: 'none' }, sdl)).status).toBe(401);
  });
});

describe('the refusal of a call without a valid credential', () => {
  const refusalOn = async (engine: Engine, environment: NodeJS.ProcessEnv = {}): Promise<string> => {
    const service = await startService(engine, environment);
    const { body } = await service.request('/graphql', { method: 'POST' });
    await service.stop();
    return body.errors![0]!.message;
  };

  it('tells where the demo key is with the embedded engine, and nothing of one elsewhere', async () => {
    expect(await refusalOn('embedded')).toMatch(/Authorization: Bearer avk_.*The demo key is in .*api-key/);
    expect(await refusalOn('postgresql')).toMatch(/Authorization: Bearer avk_[^/]*$/);
  });
});

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

  it('may not when none is listed', async () => {
    service = await startService('embedded');
    const { headers } = await service.request('/graphql', from('https://app.example.org'));
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  it('says that it lives and that it is ready, to anybody', async () => {
    expect(await service.request('/livez')).toMatchObject({ status: 200, body: { status: 'live' } });
    expect(await service.request('/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  it.each([undefined, 'Bearer', 'Bearer avk_x', 'Basic dTpw', `Bearer avk_${'0'.repeat(43)}_${'0'.repeat(49)}`])(
    'answers 401 to the credential %p',
    async (authorization) => {
      const answer = await service.request('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify({ query: '{ __typename }' }),
      });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(answer.body.errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
    },
  );

  it('logs each request as one line of JSON, without name, metadata or key, also when it fails', async () => {
    const canary = 'Wilhelmina Musterfrau';
    const clinic = await service.newClinic();
    const inputs = [
      { expressCustomerName: canary, metadata: { [canary]: canary } },
      { expressCustomerName: `${canary}\0` },
      { expressCustomerName: canary, metadata: { [canary]: [canary] }, [canary]: canary },
    ];
    const before = service.logLines().length;
    for (const input of inputs) await service.graphql(clinic, CREATE, { input });
    // A failure that nobody foresaw, in the database: its driver keeps the row in the error.
    await service.dataSource.query('ALTER TABLE express_customers ADD CONSTRAINT broken CHECK (version > 1) NOT VALID');
    const failed = await service.graphql(clinic, CREATE, { input: inputs[0] });
    await service.dataSource.query('ALTER TABLE express_customers DROP CONSTRAINT broken');
    expect(failed.body.errors![0]!.extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(failed.text).not.toMatch(/Musterfrau|broken|violates/);
    const lines = service.logLines().slice(before);
    const text = JSON.stringify(lines);
    expect(text).not.toContain('Musterfrau');
    expect(text).not.toContain(clinic.token.slice(-49));
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ code }) => code)).toEqual([
      'OK',
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'INTERNAL_SERVER_ERROR',
    ]);
    for (const line of requests) {
      expect(line).toMatchObject({ requestId: expect.any(String), actor: clinic.apiKeyId, ms: expect.any(Number) });
    }
    const { requestId } = failed.body.errors![0]!.extensions;
    expect(lines).toContainEqual(
      expect.objectContaining({ requestId, err: expect.objectContaining({ constraint: 'broken', code: '23514' }) }),
    );
  });
});
