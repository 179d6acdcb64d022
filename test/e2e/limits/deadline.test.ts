import { setTimeout as sleep } from 'node:timers/promises';
import { startService, type Clinic, type Service } from '../../support/service.js';

const CREATE = `mutation { createExpressCustomer(input: { expressCustomerName: "Waiting" }) { expressCustomerId } }`;
const UPDATE = `mutation ($id: ID!, $name: String!) {
  updateExpressCustomer(input: { expressCustomerId: $id, expressCustomerName: $name }) { version }
}`;
// More than there are connections, so that some wait for a connection first and for the lock after it.
const MORE_THAN_CONNECTIONS = 25;

let service: Service;
let clinic: Clinic;
beforeAll(async () => {
  service = await startService('postgresql');
  clinic = await service.newClinic();
});
afterAll(() => service.stop());

const update = async (id: string) => {
  const started = performance.now();
  const { status, headers, body } = await service.graphql(clinic, UPDATE, { id, name: 'Changed' });
  const ms = performance.now() - started;
  return { status, ms, retryAfter: headers.get('retry-after'), code: body.errors?.[0]?.extensions.code };
};

it('answers 503 within 5 s to a caller who waits for a connection and then for a lock, and the retry changes once', async () => {
  const created = await Promise.all(
    Array.from({ length: MORE_THAN_CONNECTIONS }, () => service.graphql(clinic, CREATE)),
  );
  const ids = created.map(
    ({ body }) => (body.data!.createExpressCustomer as { expressCustomerId: string }).expressCustomerId,
  );
  const blocker = service.dataSource.createQueryRunner();
  await blocker.startTransaction();
  await blocker.query('LOCK TABLE express_customer_events IN EXCLUSIVE MODE');
  const answers = await Promise.all(ids.map(update));
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: '2' });
    expect(answer.ms).toBeLessThan(5_000);
  }
  const causes = service.logLines().flatMap(({ code, cause }) => (code === 'SERVICE_UNAVAILABLE' ? [cause] : []));
  expect(causes).toHaveLength(MORE_THAN_CONNECTIONS);
  for (const cause of causes)
    expect(cause).toMatch(/^(55P03 .*lock timeout|57014 |no connection that this clinic may occupy|the deadline)/);
  await blocker.commitTransaction();
  await blocker.release();
  while ((await service.request('/readyz')).status !== 200) await sleep(50);
  expect((await Promise.all(ids.map(update))).map(({ status }) => status)).toEqual(
    Array(MORE_THAN_CONNECTIONS).fill(200),
  );
  const [count] = await service.dataSource.query<{ n: number }[]>(
    `SELECT count(*)::int AS n FROM express_customers WHERE clinic_id = $1 AND version = 2 AND express_customer_name = 'Changed'`,
    [clinic.clinicId],
  );
  expect(count).toEqual({ n: MORE_THAN_CONNECTIONS });
  const lines = service.logLines().filter(({ msg }) => String(msg).includes('already'));
  expect(lines).toEqual([]);
});
