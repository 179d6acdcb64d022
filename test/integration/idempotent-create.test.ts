import { deleteExpiredIdempotencyRecords } from '../../src/customer/persistence/create/delete-expired.js';
import * as useCases from '../../src/customer/use-cases/index.js';
import { onEachEngine } from '../support/engines.js';
import { statementsOf } from '../support/statements.js';
import { newUserId, openWorld, outcomes, type Caller, type World } from '../support/world.js';

onEachEngine((engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  const age = (idempotencyKey: string, hours: number) =>
    world.dataSource.query(
      `UPDATE idempotency_keys SET created_at = statement_timestamp() - $2 * interval '1 hour' WHERE idempotency_key = $1`,
      [idempotencyKey, hours],
    );

  it('answers a repeated call as it did the first, also after the customer has changed', async () => {
    const caller = world.newCaller();
    const input = { expressCustomerName: 'Once', metadata: { b: '2', a: '1' }, idempotencyKey: 'replay' };
    const first = await useCases.createExpressCustomer(caller, input);
    await useCases.updateExpressCustomer(caller, {
      expressCustomerId: first.expressCustomerId,
      expressCustomerName: 'Changed',
    });
    const again = await useCases.createExpressCustomer(caller, { ...input, metadata: { a: '1', b: '2' } });
    expect(again).toEqual(first);
    expect(await world.count('express_customers', caller.actor.clinicId)).toBe(1);
  });

  it('takes absent, null and empty metadata for the same input', async () => {
    const caller = world.newCaller();
    const create = (input: object) =>
      useCases.createExpressCustomer(caller, { expressCustomerName: 'Same', idempotencyKey: 'empty', ...input });
    const ids = [await create({}), await create({ metadata: null }), await create({ metadata: {} })];
    expect(new Set(ids.map(({ expressCustomerId }) => expressCustomerId)).size).toBe(1);
  });

  it('makes one customer of 50 simultaneous equal calls, for each of 20 keys', async () => {
    const caller = world.newCaller();
    for (let pair = 0; pair < 10; pair += 1) {
      const calls = Array.from({ length: 100 }, (_, index) => {
        const key = `parallel ${pair} ${index % 2}`;
        return useCases.createExpressCustomer(caller, { expressCustomerName: key, idempotencyKey: key });
      });
      const answers = (await Promise.all(calls)).map((row) => `${row.expressCustomerName} ${row.expressCustomerId}`);
      expect(new Set(answers).size).toBe(2);
    }
    expect(await world.count('express_customers', caller.actor.clinicId)).toBe(20);
    expect(await world.count('express_customer_events', caller.actor.clinicId)).toBe(20);
  });

  it('answers 64 simultaneous repeated calls by a few statements, each as the first, and refuses those with another input', async () => {
    const caller = world.newCaller();
    const inputs = Array.from({ length: 64 }, (_, n) => ({
      expressCustomerName: `Repeated ${n}`,
      idempotencyKey: `repeated ${n}`,
    }));
    const create = (input: (typeof inputs)[number]) => useCases.createExpressCustomer(caller, input);
    const first = await Promise.all(inputs.map(create));
    const statements = statementsOf(world.dataSource);
    const others = inputs.map((input, n) => (n % 2 ? input : { ...input, expressCustomerName: 'Other' }));
    const again = await Promise.allSettled(others.map(create));
    expect(statements.length).toBeLessThan(8);
    for (const [n, answer] of again.entries())
      expect(answer).toEqual(
        n % 2
          ? { status: 'fulfilled', value: first[n] }
          : { status: 'rejected', reason: expect.objectContaining({ code: 'IDEMPOTENCY_KEY_REUSED' }) },
      );
    expect(await world.count('express_customers', caller.actor.clinicId)).toBe(64);
  });

  it('refuses every one of 100 calls that use the key with another input', async () => {
    const caller = world.newCaller();
    await useCases.createExpressCustomer(caller, { expressCustomerName: 'First', idempotencyKey: 'reused' });
    const calls = Array.from({ length: 100 }, (_, index) =>
      useCases.createExpressCustomer(caller, { expressCustomerName: `Other ${index}`, idempotencyKey: 'reused' }),
    );
    expect(await outcomes(calls)).toEqual({ IDEMPOTENCY_KEY_REUSED: 100 });
    expect(await world.count('express_customers', caller.actor.clinicId)).toBe(1);
  });

  it('gives another clinic, and another caller of the same clinic, customers of their own for the same key', async () => {
    const caller = world.newCaller();
    const colleague = world.newCaller({ clinicId: caller.actor.clinicId });
    const input = { expressCustomerName: 'Shared key', idempotencyKey: 'shared' };
    const rows = await Promise.all(
      [caller, colleague, world.newCaller()].map((who) => useCases.createExpressCustomer(who, input)),
    );
    expect(new Set(rows.map(({ expressCustomerId }) => expressCustomerId)).size).toBe(3);
  });

  it('keeps a key 24 hours by the clock of the database, then frees it', async () => {
    const caller = world.newCaller();
    const create = (expressCustomerName: string) =>
      useCases.createExpressCustomer(caller, { expressCustomerName, idempotencyKey: 'aged' });
    const first = await create('Aged');
    await age('aged', 23.9);
    expect((await create('Aged')).expressCustomerId).toBe(first.expressCustomerId);
    await age('aged', 24.1);
    const calls = await Promise.all(Array.from({ length: 10 }, () => create('Another input')));
    const ids = new Set(calls.map(({ expressCustomerId }) => expressCustomerId));
    expect(ids.size).toBe(1);
    expect(ids.has(first.expressCustomerId)).toBe(false);
  });

  it('frees the key of one user in two clinics in each clinic by itself', async () => {
    const userId = newUserId();
    const callers = [world.newCaller({ userId }), world.newCaller({ userId })];
    const create = (caller: Caller) =>
      useCases.createExpressCustomer(caller, { expressCustomerName: 'Twice', idempotencyKey: 'expired in both' });
    const first = [await create(callers[0]!), await create(callers[1]!)];
    await age('expired in both', 25);
    const second = [await create(callers[0]!), await create(callers[1]!)];
    expect([await create(callers[0]!), await create(callers[1]!)]).toEqual(second);
    expect(new Set([...first, ...second].map(({ expressCustomerId }) => expressCustomerId)).size).toBe(4);
    for (const { actor } of callers) expect(await world.count('express_customers', actor.clinicId)).toBe(2);
  });

  it('stops removing old keys when it is asked to', async () => {
    const caller = world.newCaller();
    await useCases.createExpressCustomer(caller, { expressCustomerName: 'Old', idempotencyKey: 'stopped' });
    await age('stopped', 25);
    await deleteExpiredIdempotencyRecords(world.dataSource, AbortSignal.abort());
    expect(await world.count('idempotency_keys', caller.actor.clinicId)).toBe(1);
    await deleteExpiredIdempotencyRecords(world.dataSource);
    expect(await world.count('idempotency_keys', caller.actor.clinicId)).toBe(0);
  });

  it('forgets creates without a key after ten minutes, and not before', async () => {
    const caller = world.newCaller();
    const create = (expressCustomerName: string) =>
      useCases.createExpressCustomer(caller, { expressCustomerName }, { retryCount: 0 });
    const { expressCustomerId } = await create('Old');
    await create('New');
    await world.dataSource.query(
      `UPDATE unkeyed_creates SET created_at = statement_timestamp() - interval '601 s' WHERE express_customer_id = $1`,
      [expressCustomerId],
    );
    await deleteExpiredIdempotencyRecords(world.dataSource);
    expect(await world.count('unkeyed_creates', caller.actor.clinicId)).toBe(1);
    expect(await world.count('express_customers', caller.actor.clinicId)).toBe(2);
  });

  it('answers a retry of a user with a customer of the clinic it was made for, whatever the same user did in another', async () => {
    const userId = newUserId();
    const [caller, elsewhere] = [world.newCaller({ userId }), world.newCaller({ userId })];
    const create = (by: typeof caller, retryCount: number) =>
      useCases.createExpressCustomer(by, { expressCustomerName: 'Same user' }, { retryCount });
    const own = await create(caller, 0);
    const foreign = await create(elsewhere, 0);
    expect((await create(caller, 1)).expressCustomerId).toBe(own.expressCustomerId);
    expect((await create(elsewhere, 1)).expressCustomerId).toBe(foreign.expressCustomerId);
    for (const { actor } of [caller, elsewhere]) expect(await world.count('express_customers', actor.clinicId)).toBe(1);
  });

  it('removes old keys of every clinic in small steps and leaves the others', async () => {
    const callers = [world.newCaller(), world.newCaller()];
    for (const caller of callers) {
      await useCases.createExpressCustomer(caller, { expressCustomerName: 'Old', idempotencyKey: 'old' });
      await useCases.createExpressCustomer(caller, { expressCustomerName: 'New', idempotencyKey: 'new' });
    }
    await age('old', 25);
    await Promise.all([
      deleteExpiredIdempotencyRecords(world.dataSource),
      deleteExpiredIdempotencyRecords(world.dataSource),
    ]);
    for (const { actor } of callers) {
      expect(await world.count('idempotency_keys', actor.clinicId)).toBe(1);
      expect(await world.count('express_customers', actor.clinicId)).toBe(2);
    }
  });
});
