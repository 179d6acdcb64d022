import { createTestDatabase, type TestDatabase } from '../support/engines.js';
import { serviceOn, type Service } from '../support/service.js';
import { length } from './length.js';

const CREATE = `mutation($input: CreateExpressCustomerInput!) {
  createExpressCustomer(input: $input) { expressCustomerId }
}`;
const CALLS_A_KEY = 50;
const KEYS_AT_ONCE = 4;

describe('two instances on one PostgreSQL', () => {
  let instances: Service[];
  let place: TestDatabase;
  beforeAll(async () => {
    place = await createTestDatabase('postgresql');
    instances = [await serviceOn(place), await serviceOn(place)];
  });
  afterAll(async () => {
    for (const instance of instances) await instance.app.stop();
    await place.remove();
  });

  it(`make ${length.idempotencyKeys} customers of ${length.idempotencyKeys} idempotency keys that are each sent ${CALLS_A_KEY} times at once`, async () => {
    const clinic = await instances[0]!.newClinic();
    const answered = new Map<string, Set<string>>();
    const create = async (idempotencyKey: string, index: number) => {
      const input = { expressCustomerName: `Keyed ${idempotencyKey}`, idempotencyKey };
      const { body } = await instances[index % 2]!.graphql(clinic, CREATE, { input });
      expect(body.errors).toBeUndefined();
      const ids = answered.get(idempotencyKey) ?? new Set<string>();
      answered.set(idempotencyKey, ids.add(body.data!.createExpressCustomer.expressCustomerId as string));
    };
    for (let first = 0; first < length.idempotencyKeys; first += KEYS_AT_ONCE) {
      const calls = Array.from({ length: KEYS_AT_ONCE * CALLS_A_KEY }, (_, index) =>
        create(`key ${first + Math.floor(index / CALLS_A_KEY)}`, index),
      );
      await Promise.all(calls);
    }
    expect([...answered.values()].map(({ size }) => size)).toEqual(
      Array.from({ length: length.idempotencyKeys }, () => 1),
    );
    const [row] = await instances[0]!.dataSource.query<{ customers: string; events: string }[]>(
      `SELECT (SELECT count(*) FROM express_customers WHERE clinic_id = $1) AS customers,
              (SELECT count(*) FROM express_customer_events WHERE clinic_id = $1) AS events`,
      [clinic.clinicId],
    );
    expect(row).toEqual({ customers: String(length.idempotencyKeys), events: String(length.idempotencyKeys) });
  }, 240_000);
});
