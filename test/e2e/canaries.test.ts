import { randomUUID } from 'node:crypto';
import { length } from '../fault/length.js';
import { freePort } from '../support/postgres-server.js';
import { startService, type Clinic, type Service } from '../support/service.js';

const CREATE = `mutation ($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }`;
const CANARY = 'kanarienvogel';
const AT_ONCE = 20;

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('postgresql', { METRICS_PORT: String(await freePort()) });
  clinic = await service.newClinic();
}, 60_000);
afterAll(() => service.stop());

interface Sent {
  method: 'GET' | 'POST' | 'PATCH';
  url: string;
  token?: string;
  payload?: string;
  headers?: Record<string, string>;
}

const graphql = (query: string, variables?: object): Sent => ({
  method: 'POST',
  url: '/graphql',
  payload: JSON.stringify({ query, variables }),
});
const create = (input: object): Sent => graphql(CREATE, { input });

/** Every place of a request that can hold something of somebody, in requests that succeed and that fail. */
const REQUESTS: ((canary: string) => Sent)[] = [
  (canary) => create({ expressCustomerName: canary, metadata: { [canary]: canary } }),
  (canary) => create({ expressCustomerName: canary, idempotencyKey: canary }),
  (canary) => create({ expressCustomerName: ` ${canary}\0`, metadata: { [canary.repeat(20)]: canary } }),
  (canary) => create({ expressCustomerName: { [canary]: canary }, [canary]: 1 }),
  (canary) => graphql(`{ ${canary} }`),
  (canary) => graphql(`query ${canary} { expressCustomer(expressCustomerId: "${canary}") { id } }`),
  (canary) => graphql(`{ expressCustomers(filter: { nameContains: "${canary}" }, after: "${canary}") { totalCount } }`),
  (canary) => graphql(`{ "${canary}`),
  (canary) => ({ ...create({ expressCustomerName: 'x' }), token: `avk_${canary}` }),
  (canary) => ({ ...create({ expressCustomerName: 'x' }), token: canary }),
  (canary) => ({ method: 'POST', url: '/graphql', payload: `{"query": "${canary}` }),
  (canary) => ({
    method: 'POST',
    url: '/v1/express',
    payload: JSON.stringify({ expressCustomerName: canary, a: canary }),
  }),
  (canary) => ({ method: 'POST', url: '/v1/express', payload: JSON.stringify({ expressCustomerName: canary }) }),
  (canary) => ({ method: 'GET', url: `/v1/express?expressCustomerName=${canary}&${canary}=1` }),
  (canary) => ({ method: 'GET', url: `/v1/express/${canary}`, headers: { 'if-match': canary, cookie: canary } }),
  (canary) => ({ method: 'GET', url: `/${canary}?${canary}` }),
  (canary) => ({ method: 'GET', url: `/graphql?query=${canary}` }),
];

async function send({ method, url, token = clinic.token, payload, headers }: Sent): Promise<number> {
  const all = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'user-agent': CANARY,
    ...headers,
  };
  const answer = await service.app.server.inject({
    method,
    url,
    headers: all,
    ...(payload !== undefined && { payload }),
  });
  return answer.statusCode;
}

it(`writes nothing of ${length.canaries} requests into logs and metrics, whether they succeed or fail`, async () => {
  const seen = new Map<number, number>();
  for (let sent = 0; sent < length.canaries; sent += AT_ONCE) {
    const requests = Array.from({ length: AT_ONCE }, (_, n) => {
      const canary = `${CANARY}${randomUUID().replaceAll('-', '')}`;
      return send(REQUESTS[(sent + n) % REQUESTS.length]!(canary));
    });
    for (const status of await Promise.all(requests)) seen.set(status, (seen.get(status) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual([200, 400, 401, 404]);
  const logged = service.logLines();
  expect(logged.length).toBeGreaterThanOrEqual(length.canaries);
  expect(JSON.stringify(logged).toLowerCase()).not.toContain(CANARY);
  expect((await service.app.metrics!.text()).toLowerCase()).not.toContain(CANARY);
}, 300_000);

it('writes nothing of a request that fails by a fault of ours either', async () => {
  await service.dataSource.query('ALTER TABLE express_customers RENAME TO gone');
  try {
    expect(await send(create({ expressCustomerName: CANARY, metadata: { [CANARY]: CANARY } }))).toBe(200);
    expect(await send(create({ expressCustomerName: CANARY, idempotencyKey: CANARY }))).toBe(200);
    expect(await send({ method: 'GET', url: `/v1/express?expressCustomerName=${CANARY}` })).toBe(500);
  } finally {
    await service.dataSource.query('ALTER TABLE gone RENAME TO express_customers');
  }
  const logged = service.logLines();
  expect(logged.filter(({ msg }) => msg === 'unforeseen error')).toHaveLength(3);
  expect(JSON.stringify(logged).toLowerCase()).not.toContain(CANARY);
});
