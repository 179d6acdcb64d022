import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startService, type Service } from '../support/service.js';

describe('the description of the REST API', () => {
  let service: Service;
  let document: Record<string, any>;
  beforeAll(async () => {
    service = await startService('embedded');
    document = (await service.request('/v1/openapi.json')).body;
  });
  afterAll(() => service.stop());

  it('is valid OpenAPI 3.1, for anybody to read', async () => {
    const { Validator } = await import('@seriousme/openapi-schema-validator');
    const { valid, errors } = await new Validator().validate(document);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toBe('3.1.0');
  });

  it('names every operation as its use case and its GraphQL field are named', async () => {
    const operations = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      (path) => Object.values(path).map(({ operationId }) => operationId),
    );
    const schema = await readFile(join(__dirname, '../../schema.graphql'), 'utf8');
    for (const operationId of operations) expect(schema).toMatch(new RegExp(`^  ${operationId}\\(`, 'm'));
    expect(operations).toHaveLength(8);
  });

  it('says the limits that the input classes hold', () => {
    const body = document.paths['/v1/express'].post.requestBody.content['application/json'].schema;
    expect(body).toMatchObject({
      required: ['expressCustomerName'],
      additionalProperties: false,
      properties: {
        expressCustomerName: { type: 'string', minLength: 1, maxLength: 500 },
        metadata: {
          type: ['object', 'null'],
          maxProperties: 50,
          additionalProperties: { type: 'string', maxLength: 1000 },
        },
      },
    });
    expect(Object.keys(body.properties)).toEqual(['expressCustomerName', 'metadata']);
  });

  it('promises what is answered of a customer, and says what is left out', () => {
    const { properties, required } = document.components.schemas.ExpressCustomer;
    expect(properties).toMatchObject({
      expressCustomerName: { type: 'string', minLength: 1, maxLength: 500 },
      userCount: { type: 'integer', minimum: 0 },
      createdByApiKeyId: { type: 'string', format: 'uuid', description: expect.stringContaining('left out') },
      createdByUserId: { type: 'string', description: expect.stringContaining('left out') },
    });
    for (const { description } of Object.values(properties as Record<string, { description: string }>))
      expect(description).not.toMatch(/null if/);
    expect(required).not.toContain('createdByApiKeyId');
  });

  it('names each status by which a call fails, one by one', () => {
    const statuses = Object.values(document.paths as Record<string, Record<string, any>>)
      .flatMap((path) => Object.values(path))
      .map(({ operationId, responses }) => [operationId, Object.keys(responses as object).map(Number)]);
    const common = [400, 401, 403, 429, 500, 503];
    const and = (...more: number[]) => [200, ...common, ...more].sort((a, b) => a - b);
    expect(Object.fromEntries(statuses)).toEqual({
      createExpressCustomer: and(413, 422),
      expressCustomers: and(),
      expressCustomer: and(404),
      updateExpressCustomer: and(404, 412, 413),
      deactivateExpressCustomer: and(404, 412, 413),
      reactivateExpressCustomer: and(404, 412, 413),
      addUserToExpressCustomer: and(404, 409, 413),
      removeUserFromExpressCustomer: and(404, 413),
    });
  });

  it('lets a body be left out where no key of it is needed, and only there', () => {
    const bodies = Object.values(document.paths as Record<string, Record<string, any>>)
      .flatMap((path) => Object.values(path))
      .filter(({ requestBody }) => requestBody)
      .map(({ operationId, requestBody }) => [operationId, requestBody.required]);
    expect(Object.fromEntries(bodies)).toEqual({
      createExpressCustomer: true,
      updateExpressCustomer: false,
      addUserToExpressCustomer: true,
      removeUserFromExpressCustomer: true,
    });
  });

  it('has a reference page that loads from this service alone', async () => {
    const page = await service.request('/v1/docs/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, address]) => new URL(address!, `${service.url}/v1/docs/`),
    );
    expect(loaded.length).toBeGreaterThan(3);
    for (const address of loaded) {
      expect(address.origin).toBe(service.url);
      expect((await service.request(address.pathname)).status).toBe(200);
    }
  });
});
