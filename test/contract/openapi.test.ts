import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { version } from '../../package.json';
import { startService, type Service } from '../support/service.js';
import { newUserId } from '../support/world.js';

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
      addUserToExpressCustomer: and(404, 409, 412, 413),
      removeUserFromExpressCustomer: and(404, 412, 413),
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

  it('is committed as it is served, with the version of the package', async () => {
    expect(JSON.parse(await readFile('openapi.json', 'utf8'))).toEqual(document);
    expect(document.info.version).toBe(version);
  });

  it('has an example of every body, every success and every code', () => {
    const operations = Object.values(document.paths as Record<string, Record<string, any>>).flatMap((path) =>
      Object.values(path),
    );
    for (const { description, parameters = [], requestBody, responses } of operations) {
      expect(description).toMatch(/^Needs the scope express:(read|write)\./);
      for (const parameter of parameters) expect(parameter.example).toBeDefined();
      if (requestBody) expect(requestBody.content['application/json'].example).toBeDefined();
      for (const [status, response] of Object.entries(responses as Record<string, any>)) {
        const { example, examples } = response.content['application/json'];
        if (status === '200') expect(example).toBeDefined();
        else for (const code of Object.keys(examples as object)) expect(response.description).toContain(code);
      }
    }
  });

  it('has examples that are what the service answers', async () => {
    const clinic = await service.newClinic();
    const reader = await service.newClinic(['express:read']);
    const exampleOf = (path: string, method: string, status: number) => {
      const { example, examples } = document.paths[path][method].responses[status].content['application/json'];
      return example ?? (Object.values(examples as object)[0].value as object);
    };
    const call = async (method: string, path: string, body?: object, headers: object = {}, token = clinic.token) =>
      service.request(path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }), ...headers },
        ...(body && { body: JSON.stringify(body) }),
      });
    const [all, one] = ['/v1/express', '/v1/express/{expressCustomerId}'];
    const { example } = document.paths[all].post.requestBody.content['application/json'];
    const created = (await call('POST', all, example, { 'idempotency-key': 'a' })).body;
    const { expressCustomerId: _, createdByApiKeyId: __, createdAt: ___, updatedAt: ____, ...same } = created;
    expect(exampleOf(all, 'post', 200)).toMatchObject(same);
    expect(Object.keys(exampleOf(all, 'post', 200)).sort()).toEqual(Object.keys(created as object).sort());
    const path = `${all}/${created.expressCustomerId}`;
    const userId = newUserId();
    expect((await call('POST', `${path}/users`, { userId })).body).toEqual(exampleOf(`${one}/users`, 'post', 200));
    const failing: [string, string, number, Promise<{ body: any }>][] = [
      [all, 'post', 400, call('POST', all, {})],
      [all, 'post', 403, call('POST', all, example, {}, reader.token)],
      [one, 'get', 404, call('GET', `${all}/cus_1`)],
      [one, 'patch', 412, call('PATCH', path, { expressCustomerName: 'New' }, { 'if-match': '"9"' })],
      [all, 'post', 413, call('POST', all, { expressCustomerName: 'x'.repeat(2_000_000) })],
      [all, 'post', 422, call('POST', all, { expressCustomerName: 'Other' }, { 'idempotency-key': 'a' })],
    ];
    for (const [template, method, status, answer] of failing) {
      const { requestId: _, currentVersion: __, ...expected } = exampleOf(template, method, status);
      expect((await answer).body).toMatchObject(expected);
    }
    await call('POST', `${path}/deactivate`);
    expect((await call('POST', `${path}/users`, { userId: newUserId() })).body.message).toBe(
      exampleOf(`${one}/users`, 'post', 409).message,
    );
  });

  it('names no code that GraphQL alone answers', () => {
    expect(JSON.stringify(document)).not.toMatch(/API_KEY_(IN_USE|LIMIT|NOT_ACTIVE)|OPERATION_NOT_TRUSTED/);
  });
});
