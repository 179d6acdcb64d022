import {
  addUserToExpressCustomer,
  createExpressCustomer,
  deactivateExpressCustomer,
  expressCustomer,
  updateExpressCustomer,
} from '../../src/customer/use-cases/index.js';
import { onEachEngine } from '../support/engines.js';
import { newUserId, openWorld, type Caller, type World } from '../support/world.js';

// PostgreSQL has 10 connections, for which nobody waits longer than 3 s.
const CALLS = { embedded: 300, postgresql: 60 };
const REFUSED = 'refused by the database';
const CHECK_VIOLATION = '23514';

const codeOf = (reason: unknown): string => (reason as { code?: string }).code ?? String(reason);

onEachEngine((engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
    await world.dataSource.query(
      `ALTER TABLE express_customers ADD CONSTRAINT refused CHECK (express_customer_name <> '${REFUSED}')`,
    );
  });
  afterAll(() => world.close());

  async function newCustomer(caller: Caller): Promise<string> {
    return (await createExpressCustomer(caller, { expressCustomerName: 'at first' })).expressCustomerId;
  }

  async function stored({ actor: { clinicId } }: Caller): Promise<Record<string, number>> {
    const [totals] = await world.dataSource.query<Record<string, number>[]>(
      `SELECT sum(user_count)::int AS counted, sum(version)::int AS versions, count(*)::int AS customers
       FROM express_customers WHERE clinic_id = $1`,
      [clinicId],
    );
    const users = await world.count('express_customer_users', clinicId);
    return { ...totals, users, events: await world.count('express_customer_events', clinicId) };
  }

  it(`keeps exactly what it acknowledged of ${CALLS[engine]} simultaneous mixed calls, half of them rolled back`, async () => {
    const caller = world.newCaller();
    const [open, closed] = [await newCustomer(caller), await newCustomer(caller)];
    await deactivateExpressCustomer(caller, { expressCustomerId: closed });
    const create = (expressCustomerName: string) => createExpressCustomer(caller, { expressCustomerName });
    const rename = (expressCustomerName: string) =>
      updateExpressCustomer(caller, { expressCustomerId: open, expressCustomerName });
    const addUser = (expressCustomerId: string) =>
      addUserToExpressCustomer(caller, { expressCustomerId, userId: newUserId() });
    // By turns what is kept and what is rolled back; the transactions meet on the same rows.
    const kinds: [outcome: string, call: (n: number) => Promise<unknown>][] = [
      ['created', (n) => create(`created ${n}`)],
      [CHECK_VIOLATION, () => create(REFUSED)],
      ['added', () => addUser(open)],
      ['EXPRESS_CUSTOMER_INACTIVE', () => addUser(closed)],
      ['renamed', (n) => rename(`renamed ${n}`)],
      [CHECK_VIOLATION, () => rename(REFUSED)],
    ];
    const before = await stored(caller);
    const seenWith: string[] = [];
    const calls = Array.from({ length: CALLS[engine] }, async (_, n) => {
      const [outcome, call] = kinds[n % kinds.length]!;
      await call(n);
      seenWith.push((await expressCustomer(caller, open))!.expressCustomerName);
      return outcome;
    });
    const outcomes = (await Promise.allSettled(calls)).map((result) =>
      result.status === 'fulfilled' ? result.value : codeOf(result.reason),
    );
    expect(outcomes).toEqual(calls.map((_, n) => kinds[n % kinds.length]![0]));
    const count = (kind: string) => outcomes.filter((outcome) => outcome === kind).length;
    const acknowledged = count('created') + count('added') + count('renamed');
    expect(acknowledged).toBe(CALLS[engine] / 2);
    expect(await stored(caller)).toEqual({
      customers: before.customers! + count('created'),
      users: before.users! + count('added'),
      counted: before.counted! + count('added'),
      events: before.events! + acknowledged,
      versions: before.versions! + acknowledged,
    });
    expect(seenWith).toHaveLength(acknowledged);
    expect(seenWith).not.toContain(REFUSED);
  });
});
