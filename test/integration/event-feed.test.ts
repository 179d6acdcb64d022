import type { DataSource } from 'typeorm';
import { toExpressCustomerEvent } from '../../src/customer/contract/express-customer-event.type.js';
import type { ExpressCustomerEventFilter } from '../../src/customer/contract/express-customer-events.args.js';
import {
  createExpressCustomer,
  deactivateExpressCustomer,
  expressCustomerEvents,
  updateExpressCustomer,
} from '../../src/customer/use-cases/index.js';
import { toConnection } from '../../src/shared/page.js';
import { ENGINES, onEachEngine } from '../support/engines.js';
import { upTo } from '../support/positions.js';
import { openWorld, type Caller, type World } from '../support/world.js';

const create = async (caller: Caller) =>
  (await createExpressCustomer(caller, { expressCustomerName: 'In the feed' })).expressCustomerId;

/** A page as the API answers it. */
async function read(
  caller: Caller,
  args: { first?: number; after?: string | null; filter?: ExpressCustomerEventFilter },
) {
  const { nodes, pageInfo } = toConnection(
    await expressCustomerEvents(caller, { first: 20, ...args }),
    toExpressCustomerEvent,
  );
  // Its cursors are made when they are read.
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = pageInfo;
  const positions = nodes.map(({ position }) => position);
  return { nodes, positions, hasNextPage, hasPreviousPage, startCursor, endCursor };
}

/** As many updates of one customer, from its version 2 on. */
const INSERT_EVENTS = `
  WITH counted AS (
    UPDATE event_counters SET last_position = last_position + $3 WHERE clinic_id = $1 RETURNING last_position
  )
  INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id, changes,
    position)
  SELECT $1::uuid, $2, n + 1, 'express_customer.updated', now(), $1::uuid, '[]', last_position - $3 + n
  FROM counted, generate_series(1, $3::integer) AS n`;

async function copyTable(from: DataSource, to: DataSource, table: string): Promise<void> {
  const [{ rows }] = await from.query(`SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${table} AS t`);
  await to.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [rows]);
}

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

  it('gives all changes of the clinic in order, page by page, and goes on from the end when there are more', async () => {
    const other = world.newCaller();
    const ids = [await create(caller), await create(caller), await create(caller)];
    await create(other);
    await updateExpressCustomer(caller, { expressCustomerId: ids[0]!, expressCustomerName: 'New' });
    const first = await read(caller, { first: 3 });
    expect(first).toMatchObject({ positions: [1, 2, 3], hasNextPage: true, hasPreviousPage: false });
    const second = await read(caller, { first: 3, after: first.endCursor });
    expect(second).toMatchObject({ positions: [4], hasNextPage: false, hasPreviousPage: true });
    expect(second.nodes[0]).toMatchObject({ type: 'express_customer.updated', expressCustomerId: ids[0], version: 2 });
    const empty = await read(caller, { after: second.endCursor });
    expect(empty).toMatchObject({ positions: [], hasNextPage: false, endCursor: second.endCursor });
    await deactivateExpressCustomer(caller, { expressCustomerId: ids[1]! });
    expect((await read(caller, { after: empty.endCursor })).positions).toEqual([5]);
    expect((await read(other, {})).positions).toEqual([1]);
  });

  it('says where to begin in a feed without an event', async () => {
    const { positions, endCursor, hasNextPage } = await read(caller, {});
    expect([positions, hasNextPage]).toEqual([[], false]);
    await create(caller);
    expect((await read(caller, { after: endCursor })).positions).toEqual([1]);
  });

  it('ends the last full page without promising another', async () => {
    for (const _ of upTo(20)) await create(caller);
    expect(await read(caller, { first: 20 })).toMatchObject({ positions: upTo(20), hasNextPage: false });
  });

  it('gives the changes of one customer, and goes on after those of others', async () => {
    const [a, b] = [await create(caller), await create(caller)];
    for (const expressCustomerId of [a, b, a]) {
      await updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: `Name ${Math.random()}` });
    }
    const filter = { expressCustomerId: a };
    const first = await read(caller, { first: 2, filter });
    expect(first).toMatchObject({ positions: [1, 3], hasNextPage: true });
    const second = await read(caller, { first: 2, after: first.endCursor, filter });
    expect(second).toMatchObject({ positions: [5], hasNextPage: false });
    await create(caller);
    const third = await read(caller, { after: second.endCursor, filter });
    expect(third).toMatchObject({ positions: [], hasNextPage: false });
    expect((await read(caller, { after: third.endCursor })).positions).toEqual([]);
  });

  it.each(['cus_', 'a\0b', '', `cus_${'0'.repeat(32)}`])('has no event of the unknown customer %j', async (id) => {
    await create(caller);
    const page = await read(caller, { filter: { expressCustomerId: id } });
    expect(page).toMatchObject({ positions: [], hasNextPage: false });
    expect((await read(caller, { after: page.endCursor })).positions).toEqual([]);
  });

  it('ends the page of a customer that does not exist where the feed ends, so that a reader can begin there', async () => {
    await create(caller);
    const { positions, endCursor } = await read(caller, { filter: { expressCustomerId: 'none' } });
    expect(positions).toEqual([]);
    await create(caller);
    expect((await read(caller, { after: endCursor })).positions).toEqual([2]);
  });

  it('has no event of a customer of another clinic', async () => {
    const foreign = await create(world.newCaller());
    expect((await read(caller, { filter: { expressCustomerId: foreign } })).positions).toEqual([]);
  });

  it('gives the changes of some types, and looks through at most 10,000 positions for a page', async () => {
    const id = await create(caller);
    await world.dataSource.query(INSERT_EVENTS, [caller.actor.clinicId, id, 10_500]);
    await create(caller);
    const filter: ExpressCustomerEventFilter = { types: ['express_customer.created'] };
    const first = await read(caller, { filter });
    expect(first).toMatchObject({ positions: [1], hasNextPage: true });
    const last = await read(caller, { after: first.endCursor, filter });
    expect(last).toMatchObject({ positions: [10_502], hasNextPage: false });
    const none: ExpressCustomerEventFilter = { types: ['express_customer.deactivated', 'express_customer.user_added'] };
    const before = await read(caller, { filter: none });
    expect(before).toMatchObject({ positions: [], hasNextPage: true, endCursor: first.endCursor });
    const rest = await read(caller, { after: before.endCursor, filter: none });
    expect(rest).toMatchObject({ positions: [], hasNextPage: false, endCursor: last.endCursor });
    const ofOne = await read(caller, { filter: { ...filter, expressCustomerId: id } });
    expect(ofOne).toMatchObject({ positions: [1], hasNextPage: false });
  });

  it('leaves out an event without a position, which an earlier version wrote', async () => {
    const id = await create(caller);
    await world.dataSource.query(
      `INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id, changes)
       VALUES ($1, $2, 2, 'express_customer.updated', now(), $1, '[]')`,
      [caller.actor.clinicId, id],
    );
    expect(await read(caller, {})).toMatchObject({ positions: [1], hasNextPage: false });
    await updateExpressCustomer(caller, { expressCustomerId: await create(caller), expressCustomerName: 'B' });
    expect((await read(caller, {})).positions).toEqual([1, 2, 3]);
  });

  it('refuses a cursor after the end, which a restore to an earlier state leaves behind', async () => {
    const other = world.newCaller();
    for (const _ of upTo(3)) await create(other);
    await create(caller);
    const { endCursor } = await read(other, {});
    await expect(read(caller, { after: endCursor })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { fields: [{ path: ['after'], code: 'INVALID' }] },
    });
  });

  it.each(ENGINES)('goes on from a cursor after a dump and a restore into %s', async (target) => {
    for (const _ of upTo(4)) await create(caller);
    const { endCursor } = await read(caller, { first: 2 });
    const restored = await openWorld(target);
    try {
      for (const table of ['express_customers', 'express_customer_events', 'event_counters'])
        await copyTable(world.dataSource, restored.dataSource, table);
      const sameCaller = restored.newCaller({ clinicId: caller.actor.clinicId });
      await create(sameCaller);
      expect((await read(sameCaller, { after: endCursor })).positions).toEqual([3, 4, 5]);
    } finally {
      await restored.close();
    }
  });
});
