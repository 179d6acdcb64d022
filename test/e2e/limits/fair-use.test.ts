import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';

const POINTS = 100;
const CREATE = `mutation { createExpressCustomer(input: { expressCustomerName: "Fair" }) { expressCustomerId } }`;
const LIST = `query ($first: Int!) { expressCustomers(first: $first) { nodes { expressCustomerId } } }`;

let service: Service;
beforeAll(async () => {
  service = await startService('embedded', { RATE_LIMIT_POINTS: String(POINTS) });
});
afterAll(() => service.stop());

const remainingOf = ({ headers }: Answer): number => Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);

const rest = ({ token }: Clinic, path: string, options: RequestInit = {}) =>
  service.request(`/v1/express${path}`, {
    ...options,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });

/** Calls until it is refused; the clinic has nothing left then. */
async function spendAll(clinic: Clinic): Promise<Answer> {
  for (;;) {
    const answer = await service.graphql(clinic, LIST, { first: 40 });
    if (answer.status !== 200) return answer;
  }
}

describe('the rate limit', () => {
  it('refuses a credential that has spent its points with 429 and a time under 60 s, through both APIs', async () => {
    const clinic = await service.newClinic();
    const refused = await spendAll(clinic);
    expect(refused.status).toBe(429);
    expect(refused.body.errors![0]!.extensions).toMatchObject({ code: 'RATE_LIMITED', requestId: expect.any(String) });
    expect(refused.body.errors![0]!.extensions.retryAfter).toBe(Number(refused.headers.get('retry-after')));
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(10);
    const atRest = await rest(clinic, '');
    expect(atRest.status).toBe(429);
    expect(atRest.body).toMatchObject({ code: 'RATE_LIMITED', requestId: expect.any(String) });
    expect(atRest.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  it('lets a credential spend its last point, and not one more', async () => {
    const clinic = await service.newClinic();
    const last = await service.graphql(clinic, LIST, { first: POINTS - 1 });
    expect(last.status).toBe(200);
    expect(remainingOf(last)).toBe(0);
    expect(last.headers.get('ratelimit-policy')).toBe(`"points";q=${POINTS};w=10`);
    expect((await service.graphql(clinic, '{ __typename }')).status).toBe(429);
  });

  it('stores nothing of a create that is refused', async () => {
    const clinic = await service.newClinic();
    await spendAll(clinic);
    expect((await service.graphql(clinic, CREATE)).status).toBe(429);
    expect((await rest(clinic, '', { method: 'POST', body: '{"expressCustomerName":"x"}' })).status).toBe(429);
    const rows: unknown[] = await service.dataSource.query('SELECT 1 FROM express_customers WHERE clinic_id = $1', [
      clinic.clinicId,
    ]);
    expect(rows).toEqual([]);
  });

  it('leaves every other credential alone, also one of the same clinic', async () => {
    const clinic = await service.newClinic();
    const other = await service.newKey(clinic);
    await spendAll(clinic);
    expect((await service.graphql(other, LIST, { first: 1 })).status).toBe(200);
  });

  it('takes what an operation costs, the same through both APIs', async () => {
    const [one, two] = [await service.newClinic(), await service.newClinic()];
    const graphql = [
      await service.graphql(one, CREATE),
      await service.graphql(one, '{ expressCustomer(expressCustomerId: "x") { expressCustomerId } }'),
      await service.graphql(one, LIST, { first: 30 }),
    ];
    const atRest = [
      await rest(two, '', { method: 'POST', body: '{"expressCustomerName":"x"}' }),
      await rest(two, '/x'),
      await rest(two, '?limit=30'),
    ];
    expect(graphql.map(remainingOf)).toEqual([89, 88, 57]);
    expect(atRest.map(remainingOf)).toEqual([89, 88, 57]);
  });

  it('takes for several mutations in one document what they cost alone', async () => {
    const clinic = await service.newClinic();
    const create = 'createExpressCustomer(input: { expressCustomerName: "Fair" }) { expressCustomerId }';
    const answer = await service.graphql(clinic, `mutation { a: ${create} b: ${create} c: ${create} }`);
    expect(remainingOf(answer)).toBe(POINTS - 3 * 11);
  });

  it('takes a single point for a call whose variables do not fit, also of a document that ran before', async () => {
    const clinic = await service.newClinic();
    for (let n = 0; n < 2; n += 1) await service.graphql(clinic, LIST, { first: 1 });
    expect(remainingOf(await service.graphql(clinic, LIST, { first: 'x' }))).toBe(POINTS - 5);
    expect(remainingOf(await service.graphql(clinic, LIST, {}))).toBe(POINTS - 6);
  });

  it('takes for a HEAD what the GET costs', async () => {
    const clinic = await service.newClinic();
    expect(remainingOf(await rest(clinic, '?limit=1', { method: 'HEAD' }))).toBe(POINTS - 2);
  });

  it('takes a point for a document that cannot run', async () => {
    const clinic = await service.newClinic();
    expect(remainingOf(await service.graphql(clinic, '{ nothing }'))).toBe(POINTS - 1);
    expect(remainingOf(await service.graphql(clinic, '{'))).toBe(POINTS - 2);
  });

  it('lets everybody spend what they like when the limit is 0', async () => {
    const open = await startService('postgresql', { RATE_LIMIT_POINTS: '0' });
    try {
      const clinic = await open.newClinic();
      const answer = await open.graphql(clinic, LIST, { first: 100 });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('ratelimit')).toBeNull();
    } finally {
      await open.stop();
    }
  });

  it('counts alone, and says so, while its Redis is away', async () => {
    const alone = await startService('postgresql', { RATE_LIMIT_POINTS: '5', REDIS_URL: 'redis://127.0.0.1:1' });
    try {
      const clinic = await alone.newClinic();
      expect((await alone.graphql(clinic, LIST, { first: 1 })).status).toBe(200);
      expect((await alone.graphql(clinic, LIST, { first: 20 })).status).toBe(429);
      const lines = alone.logLines().filter(({ msg }) => String(msg).startsWith('Redis is away'));
      expect(lines).toHaveLength(1);
    } finally {
      await alone.stop();
    }
  });
});
