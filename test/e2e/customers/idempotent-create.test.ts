import { runLength } from '../../support/run-length.js';
import { createTestDatabase, onEachEngine, type TestDatabase } from '../../support/engines.js';
import { serviceOn, startService, type Answer, type Service } from '../../support/service.js';

const CREATE = `mutation ($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) {
  expressCustomerId expressCustomerName isActive userCount metadata version createdAt updatedAt createdByApiKeyId } }`;

const codeOf = ({ body }: Pick<Answer, 'body'>) => body.errors?.[0]?.extensions.code ?? 'OK';
const customerOf = ({ body }: Pick<Answer, 'body'>) => body.data!.createExpressCustomer as Record<string, unknown>;

/** A create by the service's own server without a socket, which costs more than the create itself when there are thousands. */
async function inject(
  { app }: Service,
  token: string,
  input: object,
): Promise<Pick<Answer, 'status' | 'text' | 'body'>> {
  const { statusCode, body } = await app.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${token}` },
    payload: { query: CREATE, variables: { input } },
  });
  return { status: statusCode, text: body, body: JSON.parse(body) as Answer['body'] };
}

async function countOf(service: Service, table: string, clinicId: string): Promise<number> {
  const [row] = await service.dataSource.query<{ count: string }[]>(
    `SELECT count(*) FROM ${table} WHERE clinic_id = $1`,
    [clinicId],
  );
  return Number(row!.count);
}

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  it('answers the repeated call as the first, in whatever way its metadata is written', async () => {
    const clinic = await service.newClinic();
    const input = { expressCustomerName: 'Once', metadata: { a: '1', b: '2' }, idempotencyKey: '__proto__' };
    const first = customerOf(await service.graphql(clinic, CREATE, { input }));
    const { expressCustomerId } = first;
    const DEACTIVATE = `mutation { deactivateExpressCustomer(input: { expressCustomerId: "${String(expressCustomerId)}" }) { version } }`;
    expect(codeOf(await service.graphql(clinic, DEACTIVATE))).toBe('OK');
    const reordered = { ...input, metadata: { b: '2', a: '1' } };
    expect(customerOf(await service.graphql(clinic, CREATE, { input: reordered }))).toEqual(first);
    const inline = CREATE.replace('($input: CreateExpressCustomerInput!)', '').replace(
      '$input',
      '{ expressCustomerName: "Once", metadata: { b: "2", a: "1" }, idempotencyKey: "__proto__" }',
    );
    expect(customerOf(await service.graphql(clinic, inline))).toEqual(first);
    expect(await countOf(service, 'express_customers', clinic.clinicId)).toBe(1);
  });

  it('refuses the key for another input, one character of metadata apart', async () => {
    const clinic = await service.newClinic();
    const create = (input: object) =>
      service.graphql(clinic, CREATE, { input: { expressCustomerName: 'é', idempotencyKey: 'key', ...input } });
    expect(codeOf(await create({ metadata: { a: '1' } }))).toBe('OK');
    for (const other of [{ metadata: { a: '1 ' } }, {}, { metadata: { a: '1' }, expressCustomerName: 'e\u0301' }]) {
      expect(codeOf(await create(other))).toBe('IDEMPOTENCY_KEY_REUSED');
    }
    expect(await countOf(service, 'express_customers', clinic.clinicId)).toBe(1);
  });

  it('does not remember a refused input, so that the corrected one may use its key', async () => {
    const clinic = await service.newClinic();
    const create = (expressCustomerName: string) =>
      service.graphql(clinic, CREATE, { input: { expressCustomerName, idempotencyKey: 'corrected' } });
    expect(codeOf(await create(' '))).toBe('BAD_USER_INPUT');
    expect(customerOf(await create('Corrected'))).toMatchObject({ expressCustomerName: 'Corrected' });
  });

  it.each([
    ['empty', '', 'BLANK'],
    ['256 characters', 'k'.repeat(256), 'INVALID'],
    ['not ASCII', 'é', 'INVALID'],
    ['a line break at the end', 'key\n', 'INVALID'],
  ])('refuses a key that is %s', async (_, idempotencyKey, code) => {
    const clinic = await service.newClinic();
    const { body } = await service.graphql(clinic, CREATE, {
      input: { expressCustomerName: 'A', idempotencyKey },
    });
    expect(body.errors![0]!.extensions.fields).toMatchObject([{ path: ['idempotencyKey'], code }]);
    expect(await countOf(service, 'express_customers', clinic.clinicId)).toBe(0);
  });
});

describe('two instances on one PostgreSQL', () => {
  const KEYS = runLength.idempotencyKeys;
  const CALLS = 50;
  let database: TestDatabase;
  let instances: Service[];
  beforeAll(async () => {
    database = await createTestDatabase('postgresql');
    instances = [await serviceOn(database), await serviceOn(database)];
  });
  afterAll(async () => {
    for (const { app } of instances) await app.stop();
    await database.remove();
  });

  it(`make one customer per key of ${KEYS} keys with 50 simultaneous calls each, refuse other inputs, and keep clinics apart`, async () => {
    const [service] = instances as [Service];
    const [clinic, stranger] = [await service.newClinic(), await service.newClinic()];
    const create = (who: typeof clinic, at: number, idempotencyKey: string, expressCustomerName = idempotencyKey) =>
      inject(instances[at % 2]!, who.token, { expressCustomerName, idempotencyKey });
    const ids: unknown[] = [];
    for (let key = 0; key < KEYS; key += 1) {
      const answers = await Promise.all(Array.from({ length: CALLS }, (_, at) => create(clinic, at, `key ${key}`)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      ids.push(customerOf(answers[0]!).expressCustomerId);
    }
    expect(new Set(ids).size).toBe(KEYS);

    const mismatched = await Promise.all(
      Array.from({ length: KEYS }, (_, at) => create(clinic, at, `key ${at}`, `another ${at}`)),
    );
    expect(new Set(mismatched.map(codeOf))).toEqual(new Set(['IDEMPOTENCY_KEY_REUSED']));
    expect(ids).not.toContain(customerOf(await create(stranger, 0, 'key 0')).expressCustomerId);
    for (const table of ['express_customers', 'express_customer_events', 'idempotency_keys']) {
      expect(await countOf(service, table, clinic.clinicId)).toBe(KEYS);
      expect(await countOf(service, table, stranger.clinicId)).toBe(1);
    }
  }, 300_000);
});
