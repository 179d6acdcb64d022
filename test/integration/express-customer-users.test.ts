import * as useCases from '../../src/customer/use-cases/index.js';
import { cursorScope, encodeCursor } from '../../src/shared/cursor.js';
import { onEachEngine } from '../support/engines.js';
import { newUserId, openWorld, outcomes, type Caller, type World } from '../support/world.js';

onEachEngine((engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  const newCustomer = async (caller: Caller) =>
    (await useCases.createExpressCustomer(caller, { expressCustomerName: 'Users' })).expressCustomerId;

  it('counts 50 different users who are added simultaneously as 50, with an event each', async () => {
    const caller = world.newCaller();
    const expressCustomerId = await newCustomer(caller);
    const add = () => useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId: newUserId() });
    expect(await outcomes(Array.from({ length: 50 }, add))).toEqual({ OK: 50 });
    const customer = await useCases.expressCustomer(caller, expressCustomerId);
    expect(customer).toMatchObject({ userCount: 50, version: 51 });
    expect(await world.count('express_customer_users', caller.actor.clinicId)).toBe(50);
    expect(await world.count('express_customer_events', caller.actor.clinicId)).toBe(51);
  });

  it('counts one user who is added 20 times simultaneously as one', async () => {
    const caller = world.newCaller();
    const expressCustomerId = await newCustomer(caller);
    const userId = newUserId();
    const add = () => useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId });
    expect(await outcomes(Array.from({ length: 20 }, add))).toEqual({ OK: 20 });
    expect(await useCases.expressCustomer(caller, expressCustomerId)).toMatchObject({ userCount: 1, version: 2 });
    expect(await world.count('express_customer_users', caller.actor.clinicId)).toBe(1);
    expect(await world.count('express_customer_events', caller.actor.clinicId)).toBe(2);
  });

  it('takes one user out once when 20 ask for it simultaneously', async () => {
    const caller = world.newCaller();
    const expressCustomerId = await newCustomer(caller);
    const [userId, other] = [newUserId(), newUserId()];
    for (const each of [userId, other])
      await useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId: each });
    const remove = () => useCases.removeUserFromExpressCustomer(caller, { expressCustomerId, userId });
    expect(await outcomes(Array.from({ length: 20 }, remove))).toEqual({ OK: 20 });
    expect(await useCases.expressCustomer(caller, expressCustomerId)).toMatchObject({ userCount: 1, version: 4 });
    const { rows } = await useCases.expressCustomerUsers(caller, expressCustomerId, { first: 100 });
    expect(rows.map((row) => row.userId)).toEqual([other]);
  });

  it('lets a user come before a deactivation that runs at the same time, or refuses the user', async () => {
    const caller = world.newCaller();
    for (let round = 0; round < 20; round += 1) {
      const expressCustomerId = await newCustomer(caller);
      const userId = newUserId();
      const [added] = await Promise.allSettled([
        useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId }),
        useCases.deactivateExpressCustomer(caller, { expressCustomerId }),
      ]);
      const { rows } = await useCases.expressCustomerHistory(caller, expressCustomerId, { first: 100 });
      const isIn = added.status === 'fulfilled';
      expect(rows.map(({ type }) => type.replace('express_customer.', ''))).toEqual(
        isIn ? ['created', 'user_added', 'deactivated'] : ['created', 'deactivated'],
      );
      const customer = await useCases.expressCustomer(caller, expressCustomerId);
      expect(customer).toMatchObject({ isActive: false, userCount: isIn ? 1 : 0 });
    }
  });

  it('pages past no user who was in at the start while others come and go', async () => {
    const caller = world.newCaller();
    const expressCustomerId = await newCustomer(caller);
    const add = (userId: string) => useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId });
    const stay = Array.from({ length: 20 }, newUserId);
    for (const userId of stay) await add(userId);
    const comeAndGo = (async () => {
      for (let n = 0; n < 50; n += 1) {
        const userId = newUserId();
        await add(userId);
        if (n % 2) await useCases.removeUserFromExpressCustomer(caller, { expressCustomerId, userId });
      }
    })();
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await useCases.expressCustomerUsers(caller, expressCustomerId, {
        first: 2,
        ...(after && { after }),
      });
      seen.push(...page.rows.map(({ userId }) => userId));
      if (!page.hasNextPage) break;
      after = page.cursorOf(page.rows.at(-1)!);
    }
    await comeAndGo;
    expect(new Set(seen).size).toBe(seen.length);
    expect(stay.filter((userId) => !seen.includes(userId))).toEqual([]);
  });

  it('refuses a cursor whose time exists in no calendar or on no clock', async () => {
    const caller = world.newCaller();
    const expressCustomerId = await newCustomer(caller);
    const scope = cursorScope(caller.actor.clinicId, 'users', expressCustomerId);
    const findAfter = (addedAt: string) =>
      useCases.expressCustomerUsers(caller, expressCustomerId, {
        first: 2,
        after: encodeCursor(scope, [addedAt, newUserId()]),
      });
    expect(await outcomes([findAfter('2030-01-31T12:00:00.000Z')])).toEqual({ OK: 1 });
    const times = ['2030-02-30T12:00:00.000Z', '2030-01-31T24:00:00.000Z', '0000-01-01T00:00:00.000Z', '2030-01-31'];
    expect(await outcomes(times.map(findAfter))).toEqual({ BAD_USER_INPUT: times.length });
  });

  it('refuses a new user on a deactivated customer, lets one who is in it stay and one leave', async () => {
    const caller = world.newCaller();
    const expressCustomerId = await newCustomer(caller);
    const userId = newUserId();
    await useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId });
    await useCases.deactivateExpressCustomer(caller, { expressCustomerId });
    const refused = useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId: newUserId() });
    await expect(refused).rejects.toMatchObject({ code: 'EXPRESS_CUSTOMER_INACTIVE' });
    expect(await useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId })).toMatchObject({
      userCount: 1,
      version: 3,
    });
    const removed = await useCases.removeUserFromExpressCustomer(caller, { expressCustomerId, userId });
    expect(removed).toMatchObject({ userCount: 0, version: 4, isActive: false });
    expect(await useCases.removeUserFromExpressCustomer(caller, { expressCustomerId, userId })).toEqual(removed);
    const { rows } = await useCases.expressCustomerHistory(caller, expressCustomerId, { first: 100 });
    expect(rows.map(({ type }) => type)).toEqual([
      'express_customer.created',
      'express_customer.user_added',
      'express_customer.deactivated',
      'express_customer.user_removed',
    ]);
    expect(rows[3]!.changes).toEqual([{ path: 'users', before: userId, after: null }]);
  });

  it('pages users in the order they were added', async () => {
    const caller = world.newCaller();
    const expressCustomerId = await newCustomer(caller);
    const added = Array.from({ length: 7 }, newUserId);
    for (const userId of added) await useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId });
    const seen: string[] = [];
    const times: number[] = [];
    for (let after: string | undefined; ;) {
      const page = await useCases.expressCustomerUsers(caller, expressCustomerId, {
        first: 3,
        ...(after && { after }),
      });
      seen.push(...page.rows.map(({ userId }) => userId));
      times.push(...page.rows.map(({ addedAt }) => addedAt.getTime()));
      if (!page.hasNextPage) break;
      after = page.cursorOf(page.rows.at(-1)!);
    }
    expect([...seen].sort()).toEqual([...added].sort());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('keeps count, memberships, versions and events in step over 1,000 interleaved changes', async () => {
    const caller = world.newCaller();
    const expressCustomerId = await newCustomer(caller);
    const users = Array.from({ length: 8 }, newUserId);
    // A fixed sequence that looks random, so that a failure can be repeated.
    let seed = 42;
    const next = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      // Of this generator the high bits alone vary well.
      return Math.floor((seed / 2 ** 32) * below);
    };
    const actions = [
      (userId: string) => useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId }),
      (userId: string) => useCases.removeUserFromExpressCustomer(caller, { expressCustomerId, userId }),
      () => useCases.deactivateExpressCustomer(caller, { expressCustomerId }),
      () => useCases.reactivateExpressCustomer(caller, { expressCustomerId }),
    ];
    const tally: Record<string, number> = {};
    for (let round = 0; round < 40; round += 1) {
      const calls = Array.from({ length: 25 }, () => actions[next(4)]!(users[next(8)]!));
      for (const [code, count] of Object.entries(await outcomes(calls))) tally[code] = (tally[code] ?? 0) + count;
    }
    // Both happened often, or nothing was interleaved.
    expect(Object.keys(tally).sort()).toEqual(['EXPRESS_CUSTOMER_INACTIVE', 'OK']);
    expect(tally.EXPRESS_CUSTOMER_INACTIVE).toBeGreaterThan(50);
    const customer = await useCases.expressCustomer(caller, expressCustomerId);
    expect(customer!.userCount).toBe(await world.count('express_customer_users', caller.actor.clinicId));
    const events = await world.dataSource.query<{ version: number; type: string; user_id: string | null }[]>(
      `SELECT version, type, coalesce(changes->0->>'after', changes->0->>'before') AS user_id
      FROM express_customer_events WHERE clinic_id = $1 ORDER BY version`,
      [caller.actor.clinicId],
    );
    expect(events.map(({ version }) => version)).toEqual(
      Array.from({ length: customer!.version }, (_, index) => index + 1),
    );
    // Every kind of change happened often, to each of the users: the sequence was as mixed as it claims to be.
    for (const type of ['user_added', 'user_removed', 'deactivated', 'reactivated'])
      expect(events.filter((event) => event.type === `express_customer.${type}`).length).toBeGreaterThan(20);
    const changed = new Set(events.filter(({ type }) => type.includes('user_')).map((event) => event.user_id));
    expect(changed).toEqual(new Set(users));
  });
});
