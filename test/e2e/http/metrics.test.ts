import { freePort } from '../../support/servers/postgres-server.js';
import { startService, type Clinic, type Service } from '../../support/service.js';

const CREATE = `mutation ($name: String!) { createExpressCustomer(input: { expressCustomerName: $name }) { expressCustomerId } }`;

let service: Service;
let clinic: Clinic;
let metricsUrl: string;
beforeAll(async () => {
  const port = await freePort();
  service = await startService('postgresql', { METRICS_PORT: String(port) });
  metricsUrl = `http://127.0.0.1:${await service.app.metrics!.listen(port, '127.0.0.1')}/metrics`;
  clinic = await service.newClinic();
});
afterAll(() => service.stop());

/** Sends a create and waits until it is counted, which is once its answer has been sent. */
async function create(name: string): Promise<void> {
  await service.requestLine(await service.graphql(clinic, CREATE, { name }));
}

const metrics = async () => (await fetch(metricsUrl)).text();

/** The value of a metric with its labels, 0 where it has not been counted. */
async function valueOf(metric: string): Promise<number> {
  const line = (await metrics()).split('\n').find((text) => text.startsWith(`${metric} `));
  return line ? Number(line.slice(metric.length)) : 0;
}

const requests = (operation: string, code: string) =>
  valueOf(`avara_express_requests_total{operation="${operation}",code="${code}"}`);

describe('the metrics', () => {
  it('counts requests by operation and code, through both APIs', async () => {
    const before = [
      await requests('createExpressCustomer', 'OK'),
      await requests('createExpressCustomer', 'BAD_USER_INPUT'),
    ];
    await create('Counted');
    await create(' ');
    const overRest = await service.request('/v1/express', {
      method: 'POST',
      headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' },
      body: '{"expressCustomerName":"Counted"}',
    });
    await service.requestLine(overRest);
    expect(await requests('createExpressCustomer', 'OK')).toBe(before[0]! + 2);
    expect(await requests('createExpressCustomer', 'BAD_USER_INPUT')).toBe(before[1]! + 1);
  });

  it('has no more series than there are operations, whatever is called', async () => {
    await service.requestLine(await service.graphql(clinic, '{ a: __typename expressCustomers { totalCount } }'));
    expect(await requests('several', 'OK')).toBe(1);
    await service.requestLine(await service.request('/no/such/path'));
    expect(await metrics()).not.toContain('no/such/path');
  });

  it('reports batches, connections, requests in flight and the event loop', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, n) => create(`Simultaneous ${n}`)));
    expect(await valueOf('avara_express_batch_size_sum{batch="creates"}')).toBeGreaterThanOrEqual(30);
    expect(await valueOf('avara_express_batch_size_count{batch="creates"}')).toBeGreaterThan(0);
    expect(await valueOf('avara_express_pool_connections')).toBeGreaterThan(0);
    expect(await valueOf('avara_express_pool_waiting')).toBe(0);
    expect(await valueOf('avara_express_requests_in_flight')).toBe(0);
    expect(await valueOf('avara_express_requests_shed')).toBe(0);
    expect(await metrics()).toContain('nodejs_eventloop_lag_p99_seconds');
  });

  it('holds no name, clinic or key', async () => {
    await create('Wilhelmine Musterfrau');
    const text = await metrics();
    for (const secret of ['Musterfrau', clinic.token, clinic.apiKeyId, clinic.clinicId])
      expect(text).not.toContain(secret);
  });

  it('is not served where the API is', async () => {
    expect((await service.request('/metrics')).status).toBe(404);
  });
});
