import { createExpressCustomer, expressCustomer, updateExpressCustomer } from '../../src/customer/use-cases/index.js';
import { createBatched } from '../../src/customer/persistence/create/batched-create.js';
import type { NewExpressCustomer } from '../../src/customer/persistence/customer-writes.js';
import { createIdempotently } from '../../src/customer/persistence/create/idempotent-create.js';
import { createForClient } from '../../src/customer/persistence/create/retried-create.js';
import { newExpressCustomerId } from '../../src/customer/model/express-customer-id.js';
import { ExpressCustomerEntity } from '../../src/customer/model/express-customer.entity.js';
import { onEachEngine } from '../support/engines.js';
import { openWorld, outcomes, type World } from '../support/world.js';

const MANY = 500;

onEachEngine((engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  const newCustomer = (name: string, apiKeyId: string) => ({
    expressCustomerId: newExpressCustomerId(),
    expressCustomerName: name,
    externalReferenceId: null,
    nameSearch: name,
    metadata: {},
    createdByApiKeyId: apiKeyId,
    createdByUserId: null,
  });

  const identity = (clinicId: string, n: number) => ({ clinicId, actorId: 'a', fingerprint: Buffer.from([n % 256]) });
  const kinds: [string, (clinicId: string, customer: NewExpressCustomer, n: number) => Promise<unknown>][] = [
    ['without a key', (clinicId, customer) => createBatched(world.dataSource, clinicId, customer)],
    [
      'with a key',
      (clinicId, customer, n) =>
        createIdempotently(world.dataSource, customer, { ...identity(clinicId, n), idempotencyKey: `key ${n}` }),
    ],
    [
      'marked for retries',
      (clinicId, customer, n) =>
        createForClient(world.dataSource, customer, { ...identity(clinicId, n), retryCount: 0, isCounted: true }),
    ],
  ];
  it.each(kinds)(
    'commits every good row of creates in flight %s, with its event, when others break a rule of the database',
    async (kind, create) => {
      const { clinicId } = world.newCaller().actor;
      const calls = Array.from({ length: MANY }, (_, n) => {
        const customer = newCustomer(n % 50 === 7 ? '' : `Hospital ${n}`, clinicId);
        return create(clinicId, customer, n);
      });
      const tally = await outcomes(calls);
      expect(tally).toEqual({ OK: MANY - 10, 23514: 10 });
      expect(await world.count('express_customers', clinicId)).toBe(MANY - 10);
      expect(await world.count('express_customer_events', clinicId)).toBe(MANY - 10);
      // A refused create leaves its key free.
      const kept = (await world.count('idempotency_keys', clinicId)) + (await world.count('unkeyed_creates', clinicId));
      expect(kept).toBe(kind === 'without a key' ? 0 : MANY - 10);
    },
  );

  it('answers each create in flight with its own row, as the entity maps it', async () => {
    const [one, other] = [world.newCaller(), world.newCaller()];
    const calls = Array.from({ length: 200 }, (_, n) =>
      createExpressCustomer(n % 2 ? one : other, {
        expressCustomerName: `Äskulap \u{1F3E5} ${n}`,
        metadata: JSON.parse(`{"n": "${n}", "__proto__": "own"}`),
      }),
    );
    const rows = await Promise.all(calls);
    for (const [n, row] of rows.entries()) {
      const { expressCustomerId } = row;
      const { clinicId } = (n % 2 ? one : other).actor;
      const stored = await world.dataSource.manager.findOneByOrFail(ExpressCustomerEntity, {
        clinicId,
        expressCustomerId,
      });
      expect(row.expressCustomerName).toBe(`Äskulap \u{1F3E5} ${n}`);
      expect(JSON.stringify(row.metadata)).toBe(JSON.stringify({ n: `${n}`, ...JSON.parse('{"__proto__": "own"}') }));
      expect({ ...row, metadata: null }).toEqual({ ...stored, metadata: null });
      expect(stored.metadata.n).toBe(`${n}`);
      expect(await expressCustomer(n % 2 ? other : one, expressCustomerId)).toBeNull();
    }
    expect(await world.count('express_customers', one.actor.clinicId)).toBe(100);
  });

  it('finds together, in the order asked, what exists, and never an older state than the last answer', async () => {
    const caller = world.newCaller();
    const created = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        createExpressCustomer(caller, { expressCustomerName: `${n}`, metadata: {} }),
      ),
    );
    const walk = created.map(async ({ expressCustomerId }, n) => {
      for (let version = 1; version <= 5; version += 1) {
        const found = await expressCustomer(caller, expressCustomerId);
        expect(found).toMatchObject({ expressCustomerId, version });
        expect(await expressCustomer(caller, newExpressCustomerId())).toBeNull();
        await updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: `${n} ${version}` });
      }
    });
    await Promise.all(walk);
  });

  it('finds the same row as the entity maps', async () => {
    const caller = world.newCaller({ userId: `usr_${'a'.repeat(32)}` });
    const { clinicId } = caller.actor;
    const { expressCustomerId } = await createExpressCustomer(caller, {
      expressCustomerName: 'x',
      metadata: { a: 'b' },
    });
    const stored = await world.dataSource.manager.findOneByOrFail(ExpressCustomerEntity, {
      clinicId,
      expressCustomerId,
    });
    expect({ ...(await expressCustomer(caller, expressCustomerId)) }).toEqual({ ...stored });
  });
});
