import { setImmediate as nextTurn } from 'node:timers/promises';
import * as useCases from '../../src/customer/use-cases/index.js';
import { ExpressCustomerRepository } from '../../src/customer/persistence/express-customer.repository.js';
import { onEachEngine } from '../support/engines.js';
import { newUserId, openWorld, outcomes, type Caller, type World } from '../support/world.js';

const UNKNOWN_ID = `cus_${'0'.repeat(32)}`;
const EVERYTHING = { first: 100 };

onEachEngine((engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  const newCustomer = (caller: Caller, metadata: Record<string, string> = {}) =>
    useCases.createExpressCustomer(caller, { expressCustomerName: 'St. Mary', metadata });
  const historyOf = async (caller: Caller, id: string) =>
    (await useCases.expressCustomerHistory(caller, id, EVERYTHING)).rows;

  describe('updateExpressCustomer', () => {
    it('changes only what is given, moves version and time, and records both values', async () => {
      const caller = world.newCaller();
      const before = await newCustomer(caller, { region: 'north' });
      const { expressCustomerId } = before;
      const after = await useCases.updateExpressCustomer(caller, {
        expressCustomerId,
        expressCustomerName: 'St. John',
      });
      expect(after).toMatchObject({ expressCustomerName: 'St. John', metadata: { region: 'north' }, version: 2 });
      expect(after.updatedAt.getTime()).toBeGreaterThanOrEqual(before.updatedAt.getTime());
      expect(await useCases.expressCustomer(caller, expressCustomerId)).toMatchObject({
        ...after,
        nameSearch: 'st. john',
      });
      expect((await historyOf(caller, expressCustomerId))[1]).toMatchObject({
        type: 'express_customer.updated',
        version: 2,
        occurredAt: after.updatedAt,
        actorApiKeyId: (caller.actor as { apiKeyId: string }).apiKeyId,
        actorUserId: null,
        changes: [{ path: 'expressCustomerName', before: 'St. Mary', after: 'St. John' }],
      });
    });

    it('never moves the time backwards: not after a time that lies in the future, whatever changes', async () => {
      const caller = world.newCaller();
      const { expressCustomerId } = await newCustomer(caller);
      const future = new Date('2130-01-31T12:00:00.000Z');
      await world.dataSource.query('UPDATE express_customers SET updated_at = $2 WHERE express_customer_id = $1', [
        expressCustomerId,
        future,
      ]);
      const userId = newUserId();
      const changes = [
        () => useCases.updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: 'St. John' }),
        () => useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId }),
        () => useCases.deactivateExpressCustomer(caller, { expressCustomerId }),
      ];
      for (const change of changes) expect((await change()).updatedAt).toEqual(future);
      const events = await historyOf(caller, expressCustomerId);
      expect(events.slice(1).map(({ occurredAt }) => occurredAt)).toEqual(changes.map(() => future));
    });

    it('replaces all metadata, and clears it with null', async () => {
      const caller = world.newCaller();
      const { expressCustomerId } = await newCustomer(caller, { region: 'north', kind: 'clinic' });
      const replaced = await useCases.updateExpressCustomer(caller, { expressCustomerId, metadata: { kind: 'lab' } });
      expect(replaced.metadata).toEqual({ kind: 'lab' });
      const cleared = await useCases.updateExpressCustomer(caller, { expressCustomerId, metadata: null });
      expect(cleared).toMatchObject({ metadata: {}, version: 3 });
      expect((await historyOf(caller, expressCustomerId))[1]!.changes).toEqual([
        { path: 'metadata.kind', before: 'clinic', after: 'lab' },
        { path: 'metadata.region', before: 'north', after: null },
      ]);
    });

    it('changes nothing with equal values: no version, no time, no event', async () => {
      const caller = world.newCaller();
      const before = await newCustomer(caller, { region: 'north' });
      const { expressCustomerId } = before;
      const input = { expressCustomerId, expressCustomerName: 'St. Mary', metadata: { region: 'north' } };
      expect(await useCases.updateExpressCustomer(caller, input)).toEqual(before);
      expect(await historyOf(caller, expressCustomerId)).toHaveLength(1);
    });

    it('lets one of two changes from the same version through and reports the current one to the other', async () => {
      const caller = world.newCaller();
      const { expressCustomerId } = await newCustomer(caller);
      const change = (expressCustomerName: string) =>
        useCases.updateExpressCustomer(caller, { expressCustomerId, expressCustomerName, expectedVersion: 1 });
      const results = await Promise.allSettled([change('A'), change('B')]);
      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused).toHaveLength(1);
      expect(refused[0]!.reason).toMatchObject({ code: 'VERSION_CONFLICT', details: { currentVersion: 2 } });
      expect(await historyOf(caller, expressCustomerId)).toHaveLength(2);
    });

    it('writes nothing from a row that was read without its lock and has changed since', async () => {
      const caller = world.newCaller();
      const row = await newCustomer(caller);
      const { expressCustomerId } = row;
      const after = await useCases.updateExpressCustomer(caller, { expressCustomerId, metadata: { a: 'b' } });
      const repository = new ExpressCustomerRepository(world.dataSource.manager, caller.actor.clinicId);
      await expect(repository.update(row, { expressCustomerName: 'Stale' })).rejects.toThrow('not locked');
      expect(await useCases.expressCustomer(caller, expressCustomerId)).toEqual(after);
    });

    it('refuses a wrong version also when nothing would change', async () => {
      const caller = world.newCaller();
      const { expressCustomerId } = await newCustomer(caller);
      const change = useCases.updateExpressCustomer(caller, { expressCustomerId, expectedVersion: 7 });
      await expect(change).rejects.toMatchObject({ code: 'VERSION_CONFLICT', details: { currentVersion: 1 } });
    });
  });

  describe('editExpressCustomerMetadata', () => {
    it('sets and unsets single keys, __proto__ among them', async () => {
      const caller = world.newCaller();
      const { expressCustomerId } = await newCustomer(caller, { keep: '1', drop: '2', change: '3' });
      const set = JSON.parse('{"change":"4","__proto__":"5"}') as Record<string, string>;
      const edited = await useCases.editExpressCustomerMetadata(caller, {
        expressCustomerId,
        set,
        unset: ['drop', 'absent'],
      });
      expect(Object.entries(edited.metadata).sort()).toEqual([
        ['__proto__', '5'],
        ['change', '4'],
        ['keep', '1'],
      ]);
      const stored = await useCases.expressCustomer(caller, expressCustomerId);
      expect(Object.entries(stored!.metadata).sort()).toEqual(Object.entries(edited.metadata).sort());
    });

    it('keeps all of 50 edits of different keys that run simultaneously, and refuses a 51st key', async () => {
      const caller = world.newCaller();
      const { expressCustomerId } = await newCustomer(caller);
      const edit = (key: string) =>
        useCases.editExpressCustomerMetadata(caller, { expressCustomerId, set: { [key]: key } });
      expect(await outcomes(Array.from({ length: 50 }, (_, index) => edit(`key-${index}`)))).toEqual({ OK: 50 });
      await expect(edit('one too many')).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        details: { fields: [expect.objectContaining({ path: ['set'], code: 'TOO_MANY' })] },
      });
      const stored = await useCases.expressCustomer(caller, expressCustomerId);
      expect(Object.keys(stored!.metadata)).toHaveLength(50);
      expect(stored!.version).toBe(51);
    });

    it('changes nothing when it sets what is there and unsets what is not', async () => {
      const caller = world.newCaller();
      const before = await newCustomer(caller, { region: 'north' });
      const { expressCustomerId } = before;
      const edit = { expressCustomerId, set: { region: 'north' }, unset: ['absent'] };
      expect(await useCases.editExpressCustomerMetadata(caller, edit)).toEqual(before);
      expect(await historyOf(caller, expressCustomerId)).toHaveLength(1);
    });
  });

  describe('deactivateExpressCustomer and reactivateExpressCustomer', () => {
    it('turn a customer off and on, each once however often it is repeated', async () => {
      const caller = world.newCaller();
      const target = await newCustomer(caller, { region: 'north' });
      const off = await useCases.deactivateExpressCustomer(caller, { expressCustomerId: target.expressCustomerId });
      expect(off).toMatchObject({ isActive: false, version: 2, metadata: { region: 'north' } });
      const again = await useCases.deactivateExpressCustomer(caller, { expressCustomerId: target.expressCustomerId });
      expect(again).toEqual(off);
      const on = await useCases.reactivateExpressCustomer(caller, {
        expressCustomerId: target.expressCustomerId,
        expectedVersion: 2,
      });
      expect(on).toMatchObject({ isActive: true, version: 3 });
      const types = (await historyOf(caller, target.expressCustomerId)).map(({ type }) => type);
      expect(types).toEqual([
        'express_customer.created',
        'express_customer.deactivated',
        'express_customer.reactivated',
      ]);
    });

    it('turn a customer off and on once when 20 ask for it simultaneously', async () => {
      const caller = world.newCaller();
      const { expressCustomerId } = await newCustomer(caller);
      const all = (change: typeof useCases.deactivateExpressCustomer) =>
        Promise.all(Array.from({ length: 20 }, () => change(caller, { expressCustomerId })));
      const off = await all(useCases.deactivateExpressCustomer);
      expect(off.map(({ isActive, version }) => [isActive, version])).toEqual(off.map(() => [false, 2]));
      const on = await all(useCases.reactivateExpressCustomer);
      expect(on.map(({ isActive, version }) => [isActive, version])).toEqual(on.map(() => [true, 3]));
      expect(await historyOf(caller, expressCustomerId)).toHaveLength(3);
    });

    it('let one of both through when they start from the same version', async () => {
      const caller = world.newCaller();
      const { expressCustomerId } = await newCustomer(caller);
      const target = { expressCustomerId, expectedVersion: 1 };
      const calls = [
        useCases.deactivateExpressCustomer(caller, target),
        useCases.editExpressCustomerMetadata(caller, { ...target, set: { a: 'b' } }),
      ];
      expect(await outcomes(calls)).toEqual({ OK: 1, VERSION_CONFLICT: 1 });
      expect(await historyOf(caller, expressCustomerId)).toHaveLength(2);
    });
  });

  it('takes both times of a new customer from one reading of the clock', async () => {
    const { clinicId } = world.newCaller().actor;
    // Two rows with a pause between them: only one reading for the whole statement gives all four times the same value.
    await world.dataSource.query(
      `INSERT INTO express_customers
        (clinic_id, express_customer_id, express_customer_name, name_search, metadata, created_by_api_key_id)
      SELECT $1, 'cus_' || lpad(n::text, 32, '0'), 'Paused', 'paused', jsonb_build_object('p', pg_sleep(0.01)::text), $1
      FROM generate_series(1, 2) AS n`,
      [clinicId],
    );
    const times = await world.dataSource.query<{ time: Date }[]>(
      `SELECT unnest(ARRAY[created_at, updated_at]) AS time FROM express_customers WHERE clinic_id = $1`,
      [clinicId],
    );
    expect(times).toHaveLength(4);
    expect(new Set(times.map(({ time }) => time.getTime())).size).toBe(1);
  });

  it('records a dashboard user as creator and actor, never both', async () => {
    const userId = newUserId();
    const caller = world.newCaller({ userId });
    const customer = await newCustomer(caller);
    expect(customer).toMatchObject({ createdByUserId: userId, createdByApiKeyId: null });
    const [created] = await historyOf(caller, customer.expressCustomerId);
    expect(created).toMatchObject({ actorUserId: userId, actorApiKeyId: null });
  });

  it('pages through the history, and refuses the cursor of another customer', async () => {
    const caller = world.newCaller();
    const { expressCustomerId } = await newCustomer(caller);
    const other = await newCustomer(caller);
    for (const name of ['A', 'B', 'C']) {
      await useCases.updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: name });
    }
    const first = await useCases.expressCustomerHistory(caller, expressCustomerId, { first: 3 });
    expect(first.hasNextPage).toBe(true);
    const after = first.cursorOf(first.rows[2]!);
    const second = await useCases.expressCustomerHistory(caller, expressCustomerId, { first: 3, after });
    expect([...first.rows, ...second.rows].map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect(second.hasNextPage).toBe(false);
    const elsewhere = useCases.expressCustomerHistory(caller, other.expressCustomerId, { first: 3, after });
    await expect(elsewhere).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  describe('every change', () => {
    const changes: [string, (caller: Caller, expressCustomerId: string) => Promise<unknown>][] = [
      [
        'updateExpressCustomer',
        (caller, expressCustomerId) =>
          useCases.updateExpressCustomer(caller, { expressCustomerId, metadata: { a: 'b' } }),
      ],
      [
        'editExpressCustomerMetadata',
        (caller, expressCustomerId) =>
          useCases.editExpressCustomerMetadata(caller, { expressCustomerId, set: { a: 'b' } }),
      ],
      [
        'deactivateExpressCustomer',
        (caller, expressCustomerId) => useCases.deactivateExpressCustomer(caller, { expressCustomerId }),
      ],
      [
        'reactivateExpressCustomer',
        (caller, expressCustomerId) => useCases.reactivateExpressCustomer(caller, { expressCustomerId }),
      ],
      [
        'addUserToExpressCustomer',
        (caller, expressCustomerId) =>
          useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId: newUserId() }),
      ],
      [
        'removeUserFromExpressCustomer',
        (caller, expressCustomerId) =>
          useCases.removeUserFromExpressCustomer(caller, { expressCustomerId, userId: newUserId() }),
      ],
    ];

    it.each(changes)(
      '%s answers alike for unknown, malformed and foreign customers, and changes none',
      async (_, change) => {
        const owner = world.newCaller();
        const stranger = world.newCaller();
        const before = await newCustomer(owner);
        for (const id of [UNKNOWN_ID, 'cus_1', '', before.expressCustomerId]) {
          await expect(change(stranger, id)).rejects.toMatchObject({
            code: 'NOT_FOUND',
            message: 'There is no such Express customer in your clinic.',
          });
        }
        expect(await useCases.expressCustomer(owner, before.expressCustomerId)).toEqual(before);
      },
    );

    it.each(changes)('%s is refused without the scope to write', async (_, change) => {
      const owner = world.newCaller();
      const before = await newCustomer(owner);
      const reader = world.newCaller({ clinicId: owner.actor.clinicId, scopes: ['express:read'] });
      await expect(change(reader, before.expressCustomerId)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(change({ ...reader, actor: null as never }, before.expressCustomerId)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
      expect(await useCases.expressCustomer(owner, before.expressCustomerId)).toEqual(before);
    });
  });

  it('has a created event for every row at every moment, also while transactions fail half-way', async () => {
    const caller = world.newCaller();
    const { clinicId } = caller.actor;
    const { expressCustomerId } = await newCustomer(caller);
    const countBoth = async () => {
      const [row] = await world.dataSource.query<{ customers: string; events: string }[]>(
        `SELECT (SELECT count(*) FROM express_customers WHERE clinic_id = $1) AS customers,
          (SELECT count(*) FROM express_customer_events WHERE clinic_id = $1 AND type = 'express_customer.created') AS events`,
        [clinicId],
      );
      return row!;
    };
    // No trigger: Citus has none on its tables.
    await world.dataSource.query(
      `ALTER TABLE express_customer_events ADD CONSTRAINT unmarked CHECK (changes::text NOT LIKE '%marked%') NOT VALID`,
    );
    const calls = Array.from({ length: 40 }, (_, index) => {
      const expressCustomerName = index % 2 ? `marked ${index}` : `good ${index}`;
      return useCases.createExpressCustomer(caller, { expressCustomerName, idempotencyKey: `key ${index}` });
    });
    calls.push(useCases.updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: 'marked' }));
    let isRunning = true;
    const watch = (async () => {
      while (isRunning) {
        const { customers, events } = await countBoth();
        expect(events).toBe(customers);
        // The embedded engine answers without leaving the turn of the event loop, and would let nobody else in.
        await nextTurn();
      }
    })();
    const results = await Promise.allSettled(calls);
    isRunning = false;
    await watch;
    await world.dataSource.query('ALTER TABLE express_customer_events DROP CONSTRAINT unmarked');
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    expect(await world.count('express_customers', clinicId)).toBe(21);
    expect(await world.count('express_customer_events', clinicId)).toBe(21);
    expect(await world.count('idempotency_keys', clinicId)).toBe(20);
    expect(await useCases.expressCustomer(caller, expressCustomerId)).toMatchObject({
      version: 1,
      expressCustomerName: 'St. Mary',
    });
  });
});
