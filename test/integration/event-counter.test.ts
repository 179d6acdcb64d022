import { Client } from 'pg';
import {
  addUserToExpressCustomer,
  createExpressCustomer,
  updateExpressCustomer,
} from '../../src/customer/use-cases/index.js';
import { onEachEngine, type TestDatabase } from '../support/engines.js';
import { positionsOf, upTo } from '../support/positions.js';
import { newUserId, openWorld, outcomes, type Caller, type World } from '../support/world.js';

const FAIL_SOME = [
  'CREATE SEQUENCE faults',
  `CREATE FUNCTION fail_some() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF nextval('faults') % 3 = 0 THEN RAISE EXCEPTION 'a fault of the test'; END IF;
     RETURN NEW;
   END $$`,
  // After the counter of the clinic has been increased.
  'CREATE TRIGGER fail_some BEFORE INSERT ON express_customer_events FOR EACH ROW EXECUTE FUNCTION fail_some()',
];

async function countersOf({ dataSource }: World, { actor: { clinicId } }: Caller) {
  const [row] = await dataSource.query<Record<string, number>[]>(
    `SELECT (SELECT last_position::integer FROM event_counters WHERE clinic_id = $1) AS last,
       (SELECT count(*)::integer FROM express_customers WHERE clinic_id = $1) AS customers,
       (SELECT count(*)::integer FROM express_customer_events WHERE clinic_id = $1 AND version = 1) AS created,
       (SELECT sum(version)::integer FROM express_customers WHERE clinic_id = $1) AS versions`,
    [clinicId],
  );
  return row!;
}

onEachEngine((engine) => {
  it('counts exactly the events that are committed, although every third fails after the counter was increased', async () => {
    const world = await openWorld(engine);
    try {
      const caller = world.newCaller();
      const { expressCustomerId } = await createExpressCustomer(caller, { expressCustomerName: 'First' });
      for (const statement of FAIL_SOME) await world.dataSource.query(statement);
      const calls = upTo(30).flatMap((n) => [
        createExpressCustomer(caller, { expressCustomerName: 'A' }),
        createExpressCustomer(caller, { expressCustomerName: 'B', idempotencyKey: `key ${n % 10}` }),
        createExpressCustomer(caller, { expressCustomerName: `C ${n}` }, { retryCount: n % 2 }),
        updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: `D ${n}` }),
        addUserToExpressCustomer(caller, { expressCustomerId, userId: newUserId() }),
      ]);
      const { OK, ...failed } = await outcomes(calls);
      expect(OK).toBeGreaterThan(50);
      expect(Object.values(failed).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
      const { last, customers, created, versions } = await countersOf(world, caller);
      expect(await positionsOf(world.dataSource, caller.actor.clinicId)).toEqual(upTo(last!));
      expect([created, versions]).toEqual([customers, last]);
    } finally {
      await world.close();
    }
  });
});

describe('the counter of a clinic', () => {
  let place: TestDatabase;
  let world: World;
  let caller: Caller;
  let other: Client;
  beforeAll(async () => {
    world = await openWorld('postgresql', async (made) => void (place = made));
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    caller = world.newCaller();
    other = new Client({ connectionString: place.databaseUrl! });
    await other.connect();
    await other.query('BEGIN');
  });
  afterEach(() => other.end());

  const create = (expressCustomerName: string) => createExpressCustomer(caller, { expressCustomerName });
  const positions = () => positionsOf(world.dataSource, caller.actor.clinicId);

  it('is not held by a create that waits for an idempotency key', async () => {
    const { clinicId } = caller.actor;
    await other.query(
      `INSERT INTO idempotency_keys (clinic_id, actor_id, operation, idempotency_key, fingerprint, express_customer_id)
       VALUES ($1, $2, 'createExpressCustomer', 'key', '', '')`,
      [clinicId, caller.actor.kind === 'api-key' ? caller.actor.apiKeyId : ''],
    );
    const waiting = createExpressCustomer(caller, { expressCustomerName: 'Keyed', idempotencyKey: 'key' });
    for (const name of ['A', 'B']) await create(name);
    expect(await positions()).toEqual([1, 2]);
    await other.query('ROLLBACK');
    await waiting;
    expect(await positions()).toEqual([1, 2, 3]);
  });

  it('is not held by a change that waits for its customer', async () => {
    const { expressCustomerId } = await create('Locked');
    await other.query('SELECT 1 FROM express_customers WHERE express_customer_id = $1 FOR UPDATE', [expressCustomerId]);
    const waiting = updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: 'New' });
    for (const name of ['A', 'B']) await create(name);
    expect(await positions()).toEqual([1, 2, 3]);
    await other.query('ROLLBACK');
    await waiting;
    expect(await positions()).toEqual([1, 2, 3, 4]);
  });

  it('lets no event be seen before all events of lower positions', async () => {
    const { clinicId } = caller.actor;
    await create('First');
    await other.query('UPDATE event_counters SET last_position = last_position + 1 WHERE clinic_id = $1', [clinicId]);
    await other.query(
      `INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id, changes,
         position) VALUES ($1, 'cus_late', 1, 'express_customer.created', now(), $1, '[]', 2)`,
      [clinicId],
    );
    const following = create('After it');
    const blocked = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%event_counters%' AND datname = current_database()`;
    while ((await world.dataSource.query<object[]>(blocked)).length === 0);
    expect(await positions()).toEqual([1]);
    await other.query('COMMIT');
    await following;
    expect(await positions()).toEqual([1, 2, 3]);
  });
});
