import { encodeCursor } from '../../src/shared/cursor.js';
import { parsePlain } from '../../src/shared/validation.js';
import { ExpressCustomersArgs } from '../../src/customer/contract/express-customers.args.js';
import { ExpressCustomerOrder } from '../../src/customer/model/customer-list.js';
import * as useCases from '../../src/customer/use-cases/index.js';
import { onEachEngine } from '../support/engines.js';
import { openWorld, type Caller, type World } from '../support/world.js';

const { UPDATED_AT_ASC, UPDATED_AT_DESC, CREATED_AT_ASC, CREATED_AT_DESC, NAME_ASC } = ExpressCustomerOrder;
const at = (minute: number): string => `2026-03-01T10:0${minute}:00.000Z`;

onEachEngine((engine) => {
  let world: World;
  let caller: Caller;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());
  beforeEach(() => {
    caller = world.newCaller();
  });

  /** Creates customers in order, each of them last changed at a minute. */
  async function create(updatedAt: Record<string, number>): Promise<void> {
    for (const [expressCustomerName, minute] of Object.entries(updatedAt)) {
      const { expressCustomerId } = await useCases.createExpressCustomer(caller, { expressCustomerName });
      await world.dataSource.query(
        'UPDATE express_customers SET created_at = $3, updated_at = $3 WHERE clinic_id = $1 AND express_customer_id = $2',
        [caller.actor.clinicId, expressCustomerId, at(minute)],
      );
    }
  }

  async function list(filter: object, orderBy = UPDATED_AT_ASC, first = 100): Promise<string> {
    const names: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await useCases.expressCustomers(caller, { first, orderBy, filter, after: after ?? null });
      names.push(...page.rows.map(({ expressCustomerName }) => expressCustomerName));
      if (!page.hasNextPage) return names.join('');
      after = page.cursorOf(page.rows.at(-1)!);
    }
  }

  it.each([1, 2, 3])('lists customers by their last change in both directions, in pages of %i', async (first) => {
    await create({ A: 3, B: 1, C: 2, D: 2, E: 2 });
    expect(await list({}, UPDATED_AT_ASC, first)).toBe('BCDEA');
    expect(await list({}, UPDATED_AT_DESC, first)).toBe('AEDCB');
  });

  it('moves a customer to the end when it changes', async () => {
    await create({ A: 1, B: 2 });
    const { rows } = await useCases.expressCustomers(caller, { first: 1, orderBy: UPDATED_AT_ASC });
    await useCases.updateExpressCustomer(caller, { ...rows[0]!, expressCustomerName: 'C' });
    expect(await list({})).toBe('BC');
  });

  it.each([UPDATED_AT_ASC, UPDATED_AT_DESC, CREATED_AT_ASC, CREATED_AT_DESC, NAME_ASC])(
    'finds exactly what was changed or created after a time in the order %s',
    async (orderBy) => {
      await create({ A: 1, B: 2, C: 3, D: 4 });
      const sorted = async (filter: object) => [...(await list(filter, orderBy, 2))].sort().join('');
      expect(await sorted({ updatedAfter: at(2) })).toBe('CD');
      expect(await sorted({ updatedAfter: at(4) })).toBe('');
      expect(await sorted({ createdAfter: at(1) })).toBe('BCD');
      await useCases.updateExpressCustomer(caller, { ...(await findByName('A')), expressCustomerName: 'A changed' });
      expect(await list({ updatedAfter: at(9) }, orderBy)).toBe('A changed');
      expect(await list({ updatedAfter: at(9), createdAfter: at(2) }, orderBy)).toBe('');
      expect(await sorted({ createdAfter: at(2), isActive: true })).toBe('CD');
      expect(await sorted({ updatedAfter: at(1), nameContains: 'b' })).toBe('B');
    },
  );

  const findByName = async (name: string) => {
    const { rows } = await useCases.expressCustomers(caller, { first: 100, orderBy: NAME_ASC });
    return rows.find(({ expressCustomerName }) => expressCustomerName === name)!;
  };

  it('counts what was changed after a time', async () => {
    await create({ A: 1, B: 2, C: 3 });
    const filter = { updatedAfter: at(1) };
    expect(await (await useCases.expressCustomers(caller, { first: 1, orderBy: UPDATED_AT_ASC, filter })).count()).toBe(
      2,
    );
  });

  it('keeps the lists of simultaneous callers with other times apart', async () => {
    await create({ A: 1, B: 2, C: 3 });
    const lists = [1, 2, 3, 0].map((minute) => list({ updatedAfter: at(minute) }, UPDATED_AT_ASC, 1));
    expect(await Promise.all(lists)).toEqual(['BC', 'C', '', 'ABC']);
  });

  it('refuses a made-up cursor of a time before updatedAfter', async () => {
    await create({ A: 1, B: 2, C: 3 });
    const filter = { updatedAfter: at(2) };
    const page = await useCases.expressCustomers(caller, { first: 1, orderBy: UPDATED_AT_ASC, filter });
    const [scope] = JSON.parse(Buffer.from(page.cursorOf(page.rows[0]!), 'base64url').toString()) as string[];
    const list = (minute: number) =>
      useCases.expressCustomers(caller, {
        ...{ first: 1, orderBy: UPDATED_AT_ASC, filter },
        after: encodeCursor(scope!, [at(minute), page.rows[0]!.expressCustomerId]),
      });
    await expect(list(1)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect((await list(3)).rows).toEqual([]);
  });

  it('takes one time in other offsets and with more digits for the same list', async () => {
    await create({ A: 1, B: 2, C: 3 });
    const args = { first: 1, orderBy: UPDATED_AT_ASC };
    const filter = { updatedAfter: at(1) };
    const page = await useCases.expressCustomers(caller, { ...args, filter });
    const after = page.cursorOf(page.rows[0]!);
    for (const updatedAfter of ['2026-03-01T11:01:00+01:00', '2026-03-01T10:01:00.0004Z']) {
      const { rows } = await useCases.expressCustomers(caller, { ...args, filter: { updatedAfter }, after });
      expect(rows.map(({ expressCustomerName }) => expressCustomerName)).toEqual(['C']);
    }
    const other = useCases.expressCustomers(caller, { ...args, filter: { updatedAfter: at(0) }, after });
    await expect(other).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

it.each([
  ['2026-03-01', 'a date alone'],
  ['2026-03-01T10:00:00', 'a time without an offset'],
  ['2026-02-30T10:00:00Z', 'a date that does not exist'],
  ['0001-01-01T00:00:00+14:00', 'a time before the year 1'],
  ['9999-12-31T23:59:59-14:00', 'a time after the year 9999'],
  ['', 'an empty text'],
  [5, 'a number'],
] as [unknown, string][])('refuses %j as a time: %s', (updatedAfter, _why) => {
  const plain = { first: 1, orderBy: UPDATED_AT_ASC, filter: { updatedAfter } };
  const [error, ...others] = parsePlain(ExpressCustomersArgs, plain).errors;
  expect([error!.path, error!.code, others]).toEqual([['filter', 'updatedAfter'], 'INVALID', []]);
});
