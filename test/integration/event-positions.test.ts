import {
  addUserToExpressCustomer,
  createExpressCustomer,
  deactivateExpressCustomer,
  updateExpressCustomer,
} from '../../src/customer/use-cases/index.js';
import { numberEventsOfAllClinics } from '../../src/customer/persistence/event-positions.js';
import { migrate } from '../../src/database/migrate.js';
import { AddEventPositions1767225600700 } from '../../src/database/migrations/1767225600700-add-event-positions.js';
import { migrations } from '../../src/database/migrations/index.js';
import { onEachEngine } from '../support/engines.js';
import { positionsOf, upTo } from '../support/positions.js';
import { newUserId, openWorld, outcomes, type Caller, type World } from '../support/world.js';

const create = (caller: Caller, expressCustomerName = 'Counted') =>
  createExpressCustomer(caller, { expressCustomerName });

/** Writes an event as the version before positions did: the next of a customer. */
const INSERT_WITHOUT_POSITION = `
  INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id, changes)
  VALUES ($1, $2, $3, 'express_customer.updated', $4::timestamptz, $1, '[]')`;

onEachEngine((engine) => {
  let world: World;
  let caller: Caller;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  beforeEach(() => {
    caller = world.newCaller();
  });
  afterAll(() => world.close());

  const positions = () => positionsOf(world.dataSource, caller.actor.clinicId);
  const insertWithoutPosition = (expressCustomerId: string, version: number, time: string) =>
    world.dataSource.query(INSERT_WITHOUT_POSITION, [caller.actor.clinicId, expressCustomerId, version, time]);
  const inOrder = () =>
    world.dataSource.query<{ id: string; version: number }[]>(
      'SELECT express_customer_id AS id, version FROM express_customer_events WHERE clinic_id = $1 ORDER BY position',
      [caller.actor.clinicId],
    );

  it('numbers the events of creates of every kind and of changes from 1 on, without a gap, in each clinic', async () => {
    const other = world.newCaller();
    const { expressCustomerId } = await create(caller);
    const calls = upTo(60).map((n) => [
      create(n % 3 ? caller : other),
      createExpressCustomer(caller, { expressCustomerName: 'Keyed', idempotencyKey: `key ${n % 20}` }),
      createExpressCustomer(caller, { expressCustomerName: `Retried ${n % 30}` }, { retryCount: n % 3 }),
      updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: `Name ${n}` }),
      addUserToExpressCustomer(caller, { expressCustomerId, userId: newUserId() }),
    ]);
    expect(await outcomes(calls.flat())).toEqual({ OK: 300 });
    const written = await world.count('express_customer_events', caller.actor.clinicId);
    expect(await positions()).toEqual(upTo(written));
    expect(await positionsOf(world.dataSource, other.actor.clinicId)).toEqual(upTo(20));
  });

  it('numbers the creates of one batch in their order', async () => {
    const created = await Promise.all(upTo(100).map(() => create(caller)));
    expect((await inOrder()).map(({ id }) => id)).toEqual(created.map(({ expressCustomerId }) => expressCustomerId));
  });

  it('takes no position for what changes nothing, is refused or repeats a create', async () => {
    const { expressCustomerId } = await create(caller);
    await deactivateExpressCustomer(caller, { expressCustomerId });
    await deactivateExpressCustomer(caller, { expressCustomerId });
    const refused = addUserToExpressCustomer(caller, { expressCustomerId, userId: newUserId() });
    await expect(refused).rejects.toMatchObject({ code: 'EXPRESS_CUSTOMER_INACTIVE' });
    const keyed = () => createExpressCustomer(caller, { expressCustomerName: 'Once', idempotencyKey: 'once' });
    await keyed();
    await keyed();
    expect(await positions()).toEqual([1, 2, 3]);
  });

  it('numbers what an earlier version writes to a customer before the next change of it', async () => {
    const { expressCustomerId } = await create(caller);
    await insertWithoutPosition(expressCustomerId, 2, '2026-01-01T00:00:00Z');
    await insertWithoutPosition(expressCustomerId, 3, '2026-01-01T00:00:00Z');
    await world.dataSource.query('UPDATE express_customers SET version = 3 WHERE express_customer_id = $1', [
      expressCustomerId,
    ]);
    expect(await positions()).toEqual([1, null, null]);
    await updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: 'New' });
    expect((await inOrder()).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect(await positions()).toEqual([1, 2, 3, 4]);
  });

  it('numbers the events of an earlier version once, in the order of time, however many do it simultaneously', async () => {
    const [a, b] = [await create(caller), await create(caller)];
    await insertWithoutPosition(b.expressCustomerId, 2, '2026-01-01T00:00:01Z');
    await insertWithoutPosition(a.expressCustomerId, 2, '2026-01-01T00:00:02Z');
    await insertWithoutPosition(b.expressCustomerId, 3, '2026-01-01T00:00:03Z');
    await Promise.all(upTo(5).map(() => numberEventsOfAllClinics(world.dataSource)));
    await create(caller);
    expect(await positions()).toEqual([1, 2, 3, 4, 5, 6]);
    const found = await inOrder();
    expect(found.slice(2, 5).map(({ id, version }) => [id, version])).toEqual([
      [b.expressCustomerId, 2],
      [a.expressCustomerId, 2],
      [b.expressCustomerId, 3],
    ]);
  });
});

onEachEngine((engine) => {
  it('the migration numbers the events of every clinic in the order of time, and can be taken back', async () => {
    const world = await openWorld(engine);
    try {
      const { dataSource } = world;
      const [one, two] = [world.newCaller(), world.newCaller()];
      const ids: string[] = [];
      for (const caller of [one, one, two]) ids.push((await create(caller)).expressCustomerId);
      const undone = migrations.slice(migrations.indexOf(AddEventPositions1767225600700));
      for (const _ of undone) await dataSource.undoLastMigration();
      const insert = (caller: Caller, id: string, time: string) =>
        dataSource.query(INSERT_WITHOUT_POSITION, [caller.actor.clinicId, id, 2, time]);
      await insert(one, ids[1]!, '2040-01-01T00:00:00Z');
      await insert(one, ids[0]!, '2040-01-01T00:00:01Z');
      expect(await migrate(dataSource)).toEqual(undone.map(({ name }) => name));
      const rows = await dataSource.query<{ id: string }[]>(
        'SELECT express_customer_id AS id FROM express_customer_events WHERE clinic_id = $1 ORDER BY position',
        [one.actor.clinicId],
      );
      expect(rows.map(({ id }) => id)).toEqual([ids[0], ids[1], ids[1], ids[0]]);
      await create(one);
      expect(await positionsOf(dataSource, one.actor.clinicId)).toEqual(upTo(5));
      expect(await positionsOf(dataSource, two.actor.clinicId)).toEqual([1]);
    } finally {
      await world.close();
    }
  });
});
