import { randomUUID } from 'node:crypto';
import { onEachEngine } from '../support/engines.js';
import { startService, wrongKey, type Clinic, type Service } from '../support/service.js';
import { newUserId } from '../support/world.js';
import { RestClient, RestError } from '../support/clients/rest-client.js';

const UNKNOWN_ID = `cus_${'0'.repeat(32)}`;

async function refusal(
  call: Promise<unknown>,
): Promise<{ status: number; headers: Headers; body: Record<string, any> }> {
  const error: unknown = await call.then(
    () => new Error('The call was not refused.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof RestError)) throw error;
  return error.answer;
}

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  async function newClient(): Promise<{ client: RestClient; clinic: Clinic }> {
    const clinic = await service.newClinic();
    return { client: new RestClient(service.url, clinic.token), clinic };
  }

  it('creates, retrieves and updates a customer in the published shape', async () => {
    const { client, clinic } = await newClient();
    const input = { expressCustomerName: 'City Medical Center', metadata: { region: 'northeast' } };
    const created = await client.create(input);
    expect(created).toMatchObject({ status: 200, body: { ...input, isActive: true, userCount: 0 } });
    expect(Object.keys(created.body).sort()).toEqual([
      'createdAt',
      'createdByApiKeyId',
      'expressCustomerId',
      'expressCustomerName',
      'isActive',
      'metadata',
      'updatedAt',
      'userCount',
    ]);
    expect(created.body.createdByApiKeyId).toBe(clinic.apiKeyId);
    expect(created.headers.get('etag')).toBe('"1"');
    const id = created.body.expressCustomerId as string;
    expect((await client.retrieve(id)).body).toEqual(created.body);
    const updated = await client.update(id, { metadata: null });
    expect(updated).toMatchObject({ body: { expressCustomerName: 'City Medical Center', metadata: {} } });
    expect(updated.headers.get('etag')).toBe('"2"');
    expect((await client.update(id)).headers.get('etag')).toBe('"2"');
  });

  it('shows and takes no external reference, and changes a customer that has one like any other', async () => {
    const { client, clinic } = await newClient();
    const document = `mutation { createExpressCustomer(input: { expressCustomerName: "A", externalReferenceId: "R" }) { id } }`;
    const id = (await service.graphql(clinic, document)).body.data!.createExpressCustomer.id as string;
    const named = { expressCustomerName: 'B', externalReferenceId: 'R2' };
    const asUnknownKey = { status: 400, body: { fields: [{ path: ['externalReferenceId'], code: 'UNKNOWN' }] } };
    expect(await refusal(client.create(named))).toMatchObject(asUnknownKey);
    expect(await refusal(client.update(id, named))).toMatchObject(asUnknownKey);
    const updated = await client.update(id, { expressCustomerName: 'B' });
    expect(await client.list()).toEqual([updated.body]);
    expect(Object.keys(updated.body)).not.toContain('externalReferenceId');
    const kept = `{ expressCustomerByExternalReference(externalReferenceId: "R") { expressCustomerName } }`;
    expect((await service.graphql(clinic, kept)).body.data).toEqual({
      expressCustomerByExternalReference: { expressCustomerName: 'B' },
    });
  });

  it('lists all of 250 customers in pages of 20, newest first, each once', async () => {
    const { client } = await newClient();
    const ids: string[] = [];
    for (let wave = 0; wave < 25; wave += 1) {
      const made = await Promise.all(
        Array.from({ length: 10 }, (_, index) => client.create({ expressCustomerName: `Clinic ${wave}-${index}` })),
      );
      ids.push(...made.map(({ body }) => body.expressCustomerId as string));
    }
    client.sent = 0;
    const listed = await client.list();
    expect(listed.map(({ expressCustomerId }) => expressCustomerId)).toEqual(ids.sort().reverse());
    expect(client.sent).toBe(13);
    expect(await client.list({ expressCustomerName: 'CLINIC 7-3' })).toHaveLength(1);
  });

  it('ends the last page with no cursor, also when it is full, and refuses an empty cursor', async () => {
    const { client } = await newClient();
    for (const expressCustomerName of ['A', 'B']) await client.create({ expressCustomerName });
    const full = await client.call('GET', '/v1/express', { query: { limit: '2.0' } });
    expect(full.body).toMatchObject({ cursor: null, hasMore: false });
    const empty = await refusal(client.call('GET', '/v1/express', { query: { cursor: '' } }));
    expect(empty).toMatchObject({ status: 400, body: { code: 'BAD_USER_INPUT', fields: [{ path: ['cursor'] }] } });
    const page = await client.call('GET', '/v1/express', { query: { limit: '1' } });
    const elsewhere = client.call('GET', '/v1/express', {
      query: { cursor: page.body.cursor, expressCustomerName: 'A' },
    });
    expect((await refusal(elsewhere)).body.fields).toMatchObject([{ path: ['cursor'], code: 'INVALID' }]);
  });

  it.each([
    ['limit', '0'],
    ['limit', '101'],
    ['limit', '20.5'],
    ['limit', 'many'],
    ['expressCustomerName', 'a\0b'],
    ['createdAfter', '2026-03-01'],
    ['updatedAfter', 'yesterday'],
    ['orderBy', 'updated'],
    ['page', '2'],
  ])('refuses the parameter %s=%s by its name', async (name, value) => {
    const { client } = await newClient();
    const { status, body } = await refusal(client.call('GET', '/v1/express', { query: { [name]: value } }));
    expect({ status, path: body.fields[0].path }).toEqual({ status: 400, path: [name] });
  });

  it('lists what was changed or created after a time, in the order of the changes', async () => {
    const { client } = await newClient();
    const created = [];
    for (const expressCustomerName of ['A', 'B', 'C'])
      created.push((await client.create({ expressCustomerName })).body);
    const { updatedAt } = created[2]!;
    await client.call('PATCH', `/v1/express/${created[0]!.expressCustomerId}`, { body: { metadata: { a: 'b' } } });
    const names = async (query: Record<string, string>) =>
      (await client.list(query)).map(({ expressCustomerName }) => expressCustomerName);
    expect(await names({ orderBy: 'UPDATED_AT_ASC' })).toEqual(['B', 'C', 'A']);
    expect(await names({ orderBy: 'UPDATED_AT_DESC', updatedAfter: updatedAt as string })).toEqual(['A']);
    expect(await names({ createdAfter: updatedAt as string })).toEqual([]);
  });

  it('deactivates, reactivates, adds and removes users, each repeatable', async () => {
    const { client } = await newClient();
    const id = (await client.create({ expressCustomerName: 'Users' })).body.expressCustomerId as string;
    const userId = newUserId();
    for (let times = 0; times < 2; times += 1)
      expect((await client.addUser(id, userId)).body).toEqual({ success: true });
    expect((await client.retrieve(id)).body.userCount).toBe(1);
    for (let times = 0; times < 2; times += 1) expect((await client.deactivate(id)).body.isActive).toBe(false);
    const refused = await refusal(client.addUser(id, newUserId()));
    expect(refused).toMatchObject({ status: 409, body: { code: 'EXPRESS_CUSTOMER_INACTIVE' } });
    expect(refused.headers.get('x-should-retry')).toBe('false');
    for (let times = 0; times < 2; times += 1)
      expect((await client.removeUser(id, userId)).body).toEqual({ success: true });
    expect((await client.reactivate(id)).body).toMatchObject({ isActive: true, userCount: 0 });
  });

  it('holds a change to the version that If-Match names', async () => {
    const { client } = await newClient();
    const id = (await client.create({ expressCustomerName: 'Tagged' })).body.expressCustomerId as string;
    const change = (tag: string) => client.update(id, { expressCustomerName: `Tagged ${tag}` }, { 'if-match': tag });
    for (const tag of ['"2"', '"unknown"', 'W/"1"']) {
      expect(await refusal(change(tag))).toMatchObject({
        status: 412,
        body: { code: 'VERSION_CONFLICT', currentVersion: 1 },
      });
    }
    expect(await refusal(change('1'))).toMatchObject({ status: 400, body: { fields: [{ path: ['If-Match'] }] } });
    expect((await change('"1"')).headers.get('etag')).toBe('"2"');
    expect((await change('*')).headers.get('etag')).toBe('"3"');
  });

  it('holds a change of users to the version that If-Match names, too', async () => {
    const { client } = await newClient();
    const id = (await client.create({ expressCustomerName: 'Tagged' })).body.expressCustomerId as string;
    const userId = newUserId();
    for (const change of [client.addUser, client.removeUser])
      expect(await refusal(change(id, userId, { 'if-match': '"7"' }))).toMatchObject({
        status: 412,
        body: { code: 'VERSION_CONFLICT', currentVersion: 1 },
      });
    expect(await refusal(client.addUser(id, userId, { 'if-match': '1' }))).toMatchObject({
      status: 400,
      body: { fields: [{ path: ['If-Match'] }] },
    });
    await client.addUser(id, userId, { 'if-match': '"1"' });
    await client.removeUser(id, userId, { 'if-match': '"2"' });
    expect((await client.retrieve(id)).headers.get('etag')).toBe('"3"');
  });

  it('takes the body null of a PATCH for no changes, as a client library sends it, and of no other call', async () => {
    const { client, clinic } = await newClient();
    const id = (await client.create({ expressCustomerName: 'Unchanged' })).body.expressCustomerId as string;
    const send = (method: string, path: string) =>
      service.request(path, {
        method,
        headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' },
        body: 'null',
      });
    const changed = await send('PATCH', `/v1/express/${id}`);
    expect(changed).toMatchObject({ status: 200, body: { expressCustomerName: 'Unchanged' } });
    expect(changed.headers.get('etag')).toBe('"1"');
    expect((await send('POST', '/v1/express')).status).toBe(400);
    expect((await send('POST', `/v1/express/${id}/users`)).status).toBe(400);
  });

  it('answers create, update and retrieve with one text while the ETag is one', async () => {
    const { client } = await newClient();
    const metadata = JSON.parse(
      '{"zz":"1","department":"2","b":"3","é":"4","a":"5","😀":"6","10":"7","9":"8","__proto__":"9","B":"10"}',
    ) as object;
    const created = await client.create({ expressCustomerName: 'Ordered', metadata });
    const id = created.body.expressCustomerId as string;
    const textOf = ({ body }: { body: object }) => JSON.stringify(body);
    expect(textOf(created)).toBe(textOf(await client.retrieve(id)));
    const updated = await client.update(id, { metadata: { ...metadata, aaa: 'later', c: 'last' } });
    expect(textOf(updated)).toBe(textOf(await client.retrieve(id)));
  });

  it('takes an Idempotency-Key header', async () => {
    const { client } = await newClient();
    const key = { 'idempotency-key': randomUUID() };
    const [first, again] = [
      await client.create({ expressCustomerName: 'Once' }, key),
      await client.create({ expressCustomerName: 'Once' }, key),
    ];
    expect(again.body).toEqual(first.body);
    const other = await refusal(client.create({ expressCustomerName: 'Other' }, key));
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(await client.list()).toHaveLength(1);
  });

  it('names every broken rule of a body, unknown keys and __proto__ among them, and stores nothing', async () => {
    const { client } = await newClient();
    const body = JSON.parse(
      '{"expressCustomerName":" ","metadata":{"long":1},"isActive":true,"__proto__":{},"idempotencyKey":"x"}',
    ) as object;
    const { status, body: answer } = await refusal(client.create(body));
    expect(status).toBe(400);
    const faults = (answer.fields as { path: string[]; code: string }[]).map(
      ({ path, code }) => `${path.join('.')} ${code}`,
    );
    expect(faults.sort()).toEqual([
      '__proto__ UNKNOWN',
      'expressCustomerName BLANK',
      'idempotencyKey UNKNOWN',
      'isActive UNKNOWN',
      'metadata.long INVALID',
    ]);
    expect(await client.list()).toEqual([]);
  });

  it('answers 404 alike for unknown, malformed and foreign customers', async () => {
    const { client } = await newClient();
    const { client: stranger } = await newClient();
    const id = (await client.create({ expressCustomerName: 'Mine' })).body.expressCustomerId as string;
    for (const call of [
      (of: string) => stranger.retrieve(of),
      (of: string) => stranger.update(of, { expressCustomerName: 'x' }),
      (of: string) => stranger.deactivate(of),
      (of: string) => stranger.reactivate(of),
      (of: string) => stranger.addUser(of, newUserId()),
      (of: string) => stranger.removeUser(of, newUserId()),
    ]) {
      const answers = await Promise.all([id, UNKNOWN_ID, 'cus_1'].map((of) => refusal(call(of))));
      const seen = answers.map(({ status, body: { requestId: _, ...body } }) => ({ status, body }));
      expect(seen[0]!.status).toBe(404);
      expect(seen).toEqual([seen[0], seen[0], seen[0]]);
    }
  });

  it('answers 401 with a challenge and no retry to a wrong key, and 403 to one without the scope', async () => {
    const { clinic } = await newClient();
    const nobody = new RestClient(service.url, wrongKey(clinic.token));
    const unknown = await refusal(nobody.list());
    expect(unknown).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(unknown.headers.get('www-authenticate')).toBe('Bearer');
    expect(nobody.sent).toBe(1);
    const reader = new RestClient(service.url, (await service.newClinic(['express:read'])).token);
    expect(await refusal(reader.create({ expressCustomerName: 'x' }))).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
  });
});
