import { ExpressCustomerEntity } from '../../src/customer/model/express-customer.entity.js';
import { newExpressCustomerId } from '../../src/customer/model/express-customer-id.js';
import { ExpressCustomerOrder } from '../../src/customer/model/customer-list.js';
import { createExpressCustomer, expressCustomers } from '../../src/customer/use-cases/index.js';
import { onEachEngine } from '../support/engines.js';
import { openWorld, type World } from '../support/world.js';

onEachEngine((engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  it('by creation, a customer that is committed late comes before those that were read, which an older cursor shows', async () => {
    const caller = world.newCaller();
    const { clinicId } = caller.actor;
    const listAfter = async (after: string | null) => {
      const page = await expressCustomers(caller, { first: 100, after, orderBy: ExpressCustomerOrder.CREATED_AT_ASC });
      return {
        names: page.rows.map((row) => row.expressCustomerName),
        end: page.rows.map((row) => page.cursorOf(row)).at(-1)!,
      };
    };
    await createExpressCustomer(caller, { expressCustomerName: 'Early' });
    const { end: older } = await listAfter(null);
    const late = newExpressCustomerId();
    await createExpressCustomer(caller, { expressCustomerName: 'Read' });
    const { end: newer } = await listAfter(null);
    // What a create does whose statement waited until now.
    await world.dataSource.manager.insert(ExpressCustomerEntity, {
      clinicId,
      expressCustomerId: late,
      expressCustomerName: 'Late',
      nameSearch: 'late',
      metadata: {},
      createdByUserId: `usr_${'0'.repeat(32)}`,
    });
    expect((await listAfter(newer)).names).toEqual([]);
    expect((await listAfter(older)).names).toEqual(['Late', 'Read']);
  });
});
