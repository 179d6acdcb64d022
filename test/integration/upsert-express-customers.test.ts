import type { UpsertExpressCustomerInput } from '../../src/customer/contract/upsert-express-customer.input.js';
import { ExpressCustomerOrder } from '../../src/customer/contract/express-customers.args.js';
import { UpsertOutcome } from '../../src/customer/model/upsert-outcome.js';
import * as useCases from '../../src/customer/use-cases/index.js';
import type { Database } from '../../src/database/database.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { onEachEngine } from '../support/engines.js';
import { statementsOf } from '../support/statements.js';
import { openWorld, type Caller, type World } from '../support/world.js';

type Input = UpsertExpressCustomerInput;

const inputOf = (fields: Input): Input => fields;

const itemsOf = (count: number, more: Partial<Input> = {}): Input[] =>
  Array.from({ length: count }, (_, n) =>
    inputOf({ externalReferenceId: `R${n}`, expressCustomerName: `N${n}`, ...more }),
  );

onEachEngine((engine) => {
  let world: World;
  let second: Database | undefined;
  beforeAll(async () => {
    world = await openWorld(engine, async (place) => {
      if (engine === 'postgresql') second = await openServiceDatabase(place);
    });
  });
  afterAll(async () => {
    await second?.close();
    await world.close();
  });

  const onSecond = (caller: Caller): Caller => (second ? { ...caller, dataSource: second.dataSource } : caller);
  const bulk = async (caller: Caller, items: Input[]) =>
    (await useCases.upsertExpressCustomers(caller, items)).map((item) =>
      'value' in item ? item.value.outcome : { code: item.error.code, ...item.error.details },
    );
  const tally = (results: unknown[]) => results.filter((result) => typeof result === 'string').length;

  it('stores the 90 good items of 100, and says of each of the others by index what is wrong', async () => {
    const caller = world.newCaller();
    await useCases.createExpressCustomer(caller, { expressCustomerName: 'There', externalReferenceId: 'R1' });
    const bad: Record<number, [Partial<Input>, object]> = {
      3: [{ expressCustomerName: ' ' }, { fields: [{ path: ['inputs', 3, 'expressCustomerName'], code: 'BLANK' }] }],
      9: [{ externalReferenceId: '' }, { fields: [{ path: ['inputs', 9, 'externalReferenceId'], code: 'BLANK' }] }],
      11: [{ externalReferenceId: 'x'.repeat(256) }, { fields: [{ path: ['inputs', 11, 'externalReferenceId'] }] }],
      15: [
        { externalReferenceId: 'R1' },
        { fields: [{ path: ['inputs', 15, 'externalReferenceId'], code: 'INVALID' }] },
      ],
      20: [{ metadata: { a: 1 as never } }, { fields: [{ path: ['inputs', 20, 'metadata', 'a'], code: 'INVALID' }] }],
      21: [{ metadata: {}, setMetadata: {} }, { fields: [{ path: ['inputs', 21, 'metadata'], code: 'INVALID' }] }],
      22: [
        { setMetadata: { a: 'b' }, unsetMetadata: ['a'] },
        { fields: [{ path: ['inputs', 22, 'unsetMetadata', 0], code: 'INVALID' }] },
      ],
      30: [{ expectedVersion: 7 }, { code: 'NOT_FOUND' }],
      31: [{ externalReferenceId: 'R1', expectedVersion: 7 }, { code: 'BAD_USER_INPUT' }],
      99: [
        { expressCustomerName: 'A\0' },
        { fields: [{ path: ['inputs', 99, 'expressCustomerName'], code: 'INVALID' }] },
      ],
    };
    const items = itemsOf(100).map((item, n) => ({ ...item, ...bad[n]?.[0] }));
    const results = await bulk(caller, items);
    expect(results).toHaveLength(100);
    expect(tally(results)).toBe(90);
    expect(results[1]).toBe('UPDATED');
    expect(results[0]).toBe('CREATED');
    for (const [n, [, expected]] of Object.entries(bad)) expect(results[Number(n)]).toMatchObject(expected);
    expect(await world.count('express_customers', caller.actor.clinicId)).toBe(90);
    expect(await world.count('express_customer_events', caller.actor.clinicId)).toBe(91);
    expect(new Set(await bulk(world.newCaller(), itemsOf(100)))).toEqual(new Set(['CREATED']));
  });

  it('sends two statements for 100 items that change, and one that only reads for 100 that do not', async () => {
    const caller = world.newCaller();
    const statements = statementsOf(world.dataSource);
    const countOf = async (items: Input[]) => {
      statements.splice(0);
      const results = await bulk(caller, items);
      return [new Set(results), statements.length];
    };
    expect(await countOf(itemsOf(100))).toEqual([new Set(['CREATED']), 2]);
    expect(await countOf(itemsOf(100, { expressCustomerName: 'B' }))).toEqual([new Set(['UPDATED']), 2]);
    expect(await countOf(itemsOf(100, { expressCustomerName: 'B' }))).toEqual([new Set(['UNCHANGED']), 1]);
  });

  it('answers in order, with each customer as a later read finds it', async () => {
    const caller = world.newCaller();
    await bulk(caller, itemsOf(30));
    const mixed = itemsOf(60).map((item, n) => ({ ...item, ...(n % 2 && { setMetadata: { n: `${n}` } }) }));
    const settled = await useCases.upsertExpressCustomers(caller, mixed);
    for (const [n, item] of settled.entries()) {
      if (!('value' in item)) throw item.error;
      const { row, outcome } = item.value;
      expect(outcome).toBe(n >= 30 ? 'CREATED' : n % 2 ? 'UPDATED' : 'UNCHANGED');
      expect(row.externalReferenceId).toBe(`R${n}`);
      expect(await useCases.expressCustomer(caller, row.expressCustomerId)).toEqual(row);
    }
  });

  it('does not stall or fail when several calls bring the same customers in different orders', async () => {
    const caller = world.newCaller();
    const calls = Array.from({ length: 8 }, (_, n) => {
      const items = itemsOf(50, { setMetadata: { [`call${n}`]: 'v' } });
      return bulk(n % 2 ? onSecond(caller) : caller, n % 4 < 2 ? items : items.reverse());
    });
    const results = (await Promise.all(calls)).flat();
    expect(results.filter((result) => result === UpsertOutcome.CREATED)).toHaveLength(50);
    expect(results.filter((result) => result === UpsertOutcome.UPDATED)).toHaveLength(350);
    expect(await world.count('express_customers', caller.actor.clinicId)).toBe(50);
    expect(await world.count('express_customer_events', caller.actor.clinicId)).toBe(400);
    const { rows } = await useCases.expressCustomers(caller, {
      first: 100,
      orderBy: ExpressCustomerOrder.CREATED_AT_ASC,
    });
    expect(new Set(rows.map(({ metadata, version }) => [Object.keys(metadata).length, version].join()))).toEqual(
      new Set(['8,8']),
    );
  });

  it('takes 1 to 100 items', async () => {
    const caller = world.newCaller();
    const faultOf = (items: Input[]) =>
      bulk(caller, items).catch((error: unknown) => (error as { details: unknown }).details);
    expect(await faultOf([])).toMatchObject({ fields: [{ path: ['inputs'], code: 'REQUIRED' }] });
    expect(await faultOf(itemsOf(101))).toMatchObject({ fields: [{ path: ['inputs'], code: 'TOO_MANY' }] });
    expect(await world.count('express_customers', caller.actor.clinicId)).toBe(0);
  });

  describe('createExpressCustomers', () => {
    it('creates each item as if it came alone, once per idempotency key', async () => {
      const caller = world.newCaller();
      const items = Array.from({ length: 100 }, (_, n) => ({
        expressCustomerName: n % 10 === 4 ? '' : `N${n}`,
        ...(n > 1 && { externalReferenceId: `R${n % 95}` }),
        idempotencyKey: `key ${n}`,
      }));
      const run = async () =>
        (await useCases.createExpressCustomers(caller, items)).map((item) =>
          'value' in item ? item.value.expressCustomerId : item.error.code,
        );
      const results = await run();
      expect(results.filter((result) => result === 'BAD_USER_INPUT')).toHaveLength(10);
      expect(results.filter((result) => result === 'EXTERNAL_REFERENCE_TAKEN')).toHaveLength(2);
      expect(results.filter((result) => result.startsWith('cus_'))).toHaveLength(88);
      expect(await run()).toEqual(results);
      expect(await world.count('express_customers', caller.actor.clinicId)).toBe(88);
    });
  });
});
