import { Client } from 'pg';
import {
  addUserToExpressCustomer,
  createExpressCustomer,
  expressCustomer,
  updateExpressCustomer,
} from '../../../src/customer/use-cases/index.js';
import { openWorld, newUserId, outcomes, type World } from '../../support/world.js';

const CALLS = 40;

describe.each(['repeatable read', 'serializable'])('a database whose default isolation is %s', (level) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld('postgresql', async ({ databaseUrl }) => {
      const client = new Client({ connectionString: databaseUrl! });
      await client.connect();
      const name = new URL(databaseUrl!).pathname.slice(1);
      await client.query(`ALTER DATABASE ${name} SET default_transaction_isolation = '${level}'`);
      await client.end();
    });
  });
  afterAll(() => world.close());

  it('lets simultaneous changes of one customer follow one another, as any other database does', async () => {
    const caller = world.newCaller();
    const { expressCustomerId } = await createExpressCustomer(caller, { expressCustomerName: 'Before' });
    const calls = Array.from({ length: CALLS }, (_, n) =>
      n % 2
        ? addUserToExpressCustomer(caller, { expressCustomerId, userId: newUserId() })
        : updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: `Name ${n}` }),
    );
    expect(await outcomes(calls)).toEqual({ OK: CALLS });
    expect(await expressCustomer(caller, expressCustomerId)).toMatchObject({
      userCount: CALLS / 2,
      version: CALLS + 1,
    });
  });

  it('lets simultaneous creates with one idempotency key create one customer', async () => {
    const caller = world.newCaller();
    const input = { expressCustomerName: 'Once', idempotencyKey: 'key' };
    const calls = Array.from({ length: CALLS }, () => createExpressCustomer(caller, input));
    expect(await outcomes(calls)).toEqual({ OK: CALLS });
    expect(await world.count('express_customers', caller.actor.clinicId)).toBe(1);
  });
});
