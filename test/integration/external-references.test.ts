import { randomUUID } from 'node:crypto';
import type { CreateExpressCustomerInput } from '../../src/customer/contract/create-express-customer.input.js';
import { ExpressCustomerOrder } from '../../src/customer/contract/express-customers.args.js';
import * as useCases from '../../src/customer/use-cases/index.js';
import { AppError } from '../../src/shared/app-error.js';
import { onEachEngine } from '../support/engines.js';
import { openWorld, outcomes, type Caller, type World } from '../support/world.js';

const EVERYTHING = { first: 100 };

const refusalOf = async (call: Promise<unknown>): Promise<Pick<AppError, 'code' | 'details'>> => {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (!(error instanceof AppError)) throw new Error('The call was not refused.', { cause: error });
  return { code: error.code, details: error.details };
};

onEachEngine((engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  const create = (
    caller: Caller,
    externalReferenceId: string | null = null,
    more: Partial<CreateExpressCustomerInput> = {},
  ) => useCases.createExpressCustomer(caller, { expressCustomerName: 'St. Mary', externalReferenceId, ...more });
  const find = (caller: Caller, reference: string) => useCases.expressCustomerByExternalReference(caller, reference);

  it('are stored and compared exactly as they were sent', async () => {
    const caller = world.newCaller();
    const references = [' A', 'A', 'a', 'Å', 'A\u030a', '%', '_', '😀'.repeat(255), "'; --", '1', '01'];
    const made = await Promise.all(references.map((reference) => create(caller, reference)));
    expect(made.map(({ externalReferenceId }) => externalReferenceId)).toEqual(references);
    const found = await Promise.all(references.map((reference) => find(caller, reference)));
    expect(found).toEqual(made);
    const unknown = ['B', 'A ', '', 'A\0', '\ud800', 'A'.repeat(256)];
    expect(await Promise.all(unknown.map((reference) => find(caller, reference)))).toEqual(unknown.map(() => null));
  });

  it('belong to a clinic: another one finds none of them and may use the same', async () => {
    const [one, other] = [world.newCaller(), world.newCaller()];
    const { expressCustomerId } = await create(one, 'R');
    expect(await find(other, 'R')).toBeNull();
    expect(await create(other, 'R')).toMatchObject({ externalReferenceId: 'R' });
    expect(await find(one, 'R')).toMatchObject({ expressCustomerId });
  });

  it('are refused when a customer has them, also a deactivated one, naming it to callers who may read it', async () => {
    const caller = world.newCaller();
    const { clinicId } = caller.actor;
    const holder = await create(caller, 'R');
    await useCases.deactivateExpressCustomer(caller, holder);
    const taken = { code: 'EXTERNAL_REFERENCE_TAKEN', details: { expressCustomerId: holder.expressCustomerId } };
    expect(await refusalOf(create(caller, 'R'))).toEqual(taken);
    const writer = world.newCaller({ clinicId, scopes: ['express:write'] });
    expect(await refusalOf(create(writer, 'R'))).toEqual({ ...taken, details: {} });
    const { expressCustomerId } = await create(caller);
    const update = useCases.updateExpressCustomer(caller, { expressCustomerId, externalReferenceId: 'R' });
    expect(await refusalOf(update)).toEqual(taken);
    expect(await world.count('express_customer_events', clinicId)).toBe(3);
  });

  it('harm no other create of the batch in which one is taken', async () => {
    const caller = world.newCaller();
    const { clinicId } = caller.actor;
    await create(caller, 'taken');
    const calls = Array.from({ length: 120 }, (_, n) => create(caller, n % 12 === 5 ? 'taken' : `R${n}`));
    expect(await outcomes(calls)).toEqual({ OK: 110, EXTERNAL_REFERENCE_TAKEN: 10 });
    expect(await world.count('express_customers', clinicId)).toBe(111);
    expect(await world.count('express_customer_events', clinicId)).toBe(111);
  });

  it.each(['without a key', 'with a key'])(
    'go to one of the creates %s that want the same simultaneously',
    async (kind) => {
      const caller = world.newCaller();
      const { clinicId } = caller.actor;
      const calls = Array.from({ length: 60 }, (_, n) =>
        create(caller, `R${n % 6}`, kind === 'with a key' ? { idempotencyKey: `key ${n}` } : {}),
      );
      expect(await outcomes(calls)).toEqual({ OK: 6, EXTERNAL_REFERENCE_TAKEN: 54 });
      expect(await world.count('express_customers', clinicId)).toBe(6);
      expect(await world.count('express_customer_events', clinicId)).toBe(6);
      expect(await world.count('idempotency_keys', clinicId)).toBe(kind === 'with a key' ? 6 : 0);
    },
  );

  it('leave the idempotency key of a refused create free, and a repeated create finds its own customer', async () => {
    const caller = world.newCaller();
    const idempotencyKey = randomUUID();
    await create(caller, 'taken');
    expect(await refusalOf(create(caller, 'taken', { idempotencyKey }))).toMatchObject({
      code: 'EXTERNAL_REFERENCE_TAKEN',
    });
    const made = await create(caller, 'free', { idempotencyKey });
    const again = await Promise.all([1, 2, 3].map(() => create(caller, 'free', { idempotencyKey })));
    expect(again).toEqual([made, made, made]);
    expect(await refusalOf(create(caller, 'other', { idempotencyKey }))).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it('can be changed and removed, which the history records, and are free again afterwards', async () => {
    const caller = world.newCaller();
    const { expressCustomerId } = await create(caller, 'first');
    const update = (given: { externalReferenceId?: string | null }) =>
      useCases.updateExpressCustomer(caller, { expressCustomerId, ...given });
    expect(await update({ externalReferenceId: 'second' })).toMatchObject({
      externalReferenceId: 'second',
      version: 2,
    });
    expect(await update({ externalReferenceId: 'second' })).toMatchObject({ version: 2 });
    expect(await update({})).toMatchObject({ externalReferenceId: 'second', version: 2 });
    expect(await update({ externalReferenceId: null })).toMatchObject({ externalReferenceId: null, version: 3 });
    expect(await create(caller, 'second')).toMatchObject({ version: 1 });
    const { rows } = await useCases.expressCustomerHistory(caller, expressCustomerId, EVERYTHING);
    expect(rows.map(({ changes }) => changes.find(({ path }) => path === 'externalReferenceId'))).toEqual([
      { path: 'externalReferenceId', before: null, after: 'first' },
      { path: 'externalReferenceId', before: 'first', after: 'second' },
      { path: 'externalReferenceId', before: 'second', after: null },
    ]);
  });

  it('filter a list, alone and with other conditions, each call by its own', async () => {
    const caller = world.newCaller();
    const made = await Promise.all(Array.from({ length: 30 }, (_, n) => create(caller, `R${n}`)));
    await create(caller);
    const orderBy = ExpressCustomerOrder.NAME_ASC;
    const list = async (filter: object) =>
      (await useCases.expressCustomers(caller, { first: 20, orderBy, filter })).rows.map(
        (row) => row.expressCustomerId,
      );
    const found = await Promise.all(made.map((row) => list({ externalReferenceId: row.externalReferenceId })));
    expect(found).toEqual(made.map((row) => [row.expressCustomerId]));
    const [first] = made;
    expect(await list({ externalReferenceId: 'R0', nameContains: 'mary' })).toEqual([first!.expressCustomerId]);
    expect(await list({ externalReferenceId: 'R0', isActive: false })).toEqual([]);
    expect(await list({ externalReferenceId: 'R' })).toEqual([]);
    const page = await useCases.expressCustomers(caller, { first: 20, orderBy, filter: { externalReferenceId: 'R0' } });
    expect(await page.count()).toBe(1);
  });
});
