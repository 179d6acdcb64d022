import type { UpsertExpressCustomerInput } from '../../src/customer/contract/upsert-express-customer.input.js';
import { UpsertOutcome } from '../../src/customer/model/upsert-outcome.js';
import * as useCases from '../../src/customer/use-cases/index.js';
import type { Database } from '../../src/database/database.js';
import { openServiceDatabase } from '../../src/service-database.js';
import { AppError } from '../../src/shared/app-error.js';
import { onEachEngine } from '../support/engines.js';
import { statementsOf } from '../support/statements.js';
import { newUserId, openWorld, outcomes, type Caller, type World } from '../support/world.js';

const EVERYTHING = { first: 100 };

const pairs = (from: number, to: number) =>
  Object.fromEntries(Array.from({ length: to - from }, (_, n) => [`key${from + n}`, 'v']));

const refusalOf = async (call: Promise<unknown>) => {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (!(error instanceof AppError)) throw new Error('The call was not refused.', { cause: error });
  return { code: error.code, ...error.details };
};

onEachEngine((engine) => {
  let world: World;
  /** A second instance on PostgreSQL; the embedded engine serves one process. */
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
  const upsert = (caller: Caller, more: Partial<UpsertExpressCustomerInput> = {}) =>
    useCases.upsertExpressCustomer(caller, { externalReferenceId: 'R', expressCustomerName: 'St. Mary', ...more });
  const eventsOf = async (caller: Caller, { expressCustomerId }: { expressCustomerId: string }) =>
    (await useCases.expressCustomerHistory(caller, expressCustomerId, EVERYTHING)).rows;

  it('creates, then changes what is given, then changes nothing, and records just the changes', async () => {
    const caller = world.newCaller();
    const created = await upsert(caller, { metadata: { region: 'north', ward: '1' } });
    expect(created).toMatchObject({
      outcome: 'CREATED',
      row: { externalReferenceId: 'R', expressCustomerName: 'St. Mary', isActive: true, userCount: 0, version: 1 },
    });
    const { expressCustomerId } = created.row;
    const updated = await useCases.upsertExpressCustomer(caller, {
      externalReferenceId: 'R',
      expressCustomerName: 'St. John',
    });
    expect(updated).toMatchObject({
      outcome: 'UPDATED',
      row: { expressCustomerId, expressCustomerName: 'St. John', metadata: { region: 'north', ward: '1' }, version: 2 },
    });
    const again = await upsert(caller, { expressCustomerName: 'St. John', metadata: { ward: '1', region: 'north' } });
    expect(again).toEqual({ outcome: 'UNCHANGED', row: updated.row });
    expect(await useCases.expressCustomer(caller, expressCustomerId)).toEqual(updated.row);
    expect(updated.row.nameSearch).toBe('st. john');
    const events = await eventsOf(caller, created.row);
    expect(events).toMatchObject([
      { type: 'express_customer.created', version: 1 },
      {
        type: 'express_customer.updated',
        version: 2,
        occurredAt: updated.row.updatedAt,
        actorApiKeyId: (caller.actor as { apiKeyId: string }).apiKeyId,
        changes: [{ path: 'expressCustomerName', before: 'St. Mary', after: 'St. John' }],
      },
    ]);
  });

  it('makes one customer and one event of 50 simultaneous calls on two instances, and none of them fails', async () => {
    const caller = world.newCaller();
    const calls = Array.from({ length: 50 }, (_, n) => upsert(n % 2 ? caller : onSecond(caller)));
    const results = await Promise.all(calls);
    expect(new Set(results.map(({ row }) => row.expressCustomerId)).size).toBe(1);
    expect(results.filter(({ outcome }) => outcome === UpsertOutcome.CREATED)).toHaveLength(1);
    expect(results.filter(({ outcome }) => outcome === UpsertOutcome.UNCHANGED)).toHaveLength(49);
    expect(await world.count('express_customer_events', caller.actor.clinicId)).toBe(1);
  });

  it('loses none of the changes that run at the same time, through any operation', async () => {
    const caller = world.newCaller();
    const { row } = await upsert(caller);
    const { expressCustomerId } = row;
    const calls = Array.from({ length: 40 }, (_, n): Promise<unknown> => {
      const set = { [`key${n}`]: 'v' };
      if (n % 3 === 0) return upsert(onSecond(caller), { setMetadata: set });
      if (n % 3 === 1) return useCases.editExpressCustomerMetadata(caller, { expressCustomerId, set });
      return upsert(caller, { setMetadata: set });
    });
    expect(await outcomes(calls)).toEqual({ OK: 40 });
    const after = await useCases.expressCustomer(caller, expressCustomerId);
    expect(Object.keys(after!.metadata)).toHaveLength(40);
    expect(after!.version).toBe(41);
    expect((await eventsOf(caller, row)).map(({ version }) => version)).toEqual(
      Array.from({ length: 41 }, (_, n) => n + 1),
    );
  });

  it('writes nothing and locks nothing where nothing changes', async () => {
    const caller = world.newCaller();
    await upsert(caller);
    const statements = statementsOf(world.dataSource);
    await upsert(caller);
    expect(statements).toEqual([expect.stringMatching(/^\s*SELECT/)]);
    expect(statements[0]).not.toContain('FOR UPDATE');
  });

  it('changes a deactivated customer, which stays so unless it is to be reactivated, in one event', async () => {
    const caller = world.newCaller();
    const { row } = await upsert(caller);
    await useCases.deactivateExpressCustomer(caller, row);
    expect(await upsert(caller)).toMatchObject({ outcome: 'UNCHANGED', row: { isActive: false } });
    const kept = await upsert(caller, { expressCustomerName: 'B', reactivate: false });
    expect(kept).toMatchObject({ outcome: 'UPDATED', row: { isActive: false, version: 3 } });
    const reactivated = await upsert(caller, { expressCustomerName: 'C', reactivate: true });
    expect(reactivated).toMatchObject({ outcome: 'UPDATED', row: { isActive: true, version: 4 } });
    expect(await upsert(caller, { expressCustomerName: 'C', reactivate: true })).toMatchObject({
      outcome: 'UNCHANGED',
    });
    expect((await eventsOf(caller, row)).slice(2)).toMatchObject([
      { type: 'express_customer.updated', changes: [{ path: 'expressCustomerName' }] },
      {
        type: 'express_customer.reactivated',
        changes: [
          { path: 'expressCustomerName', before: 'B', after: 'C' },
          { path: 'isActive', before: false, after: true },
        ],
      },
    ]);
  });

  it('applies an expected version to a customer that exists, and creates none', async () => {
    const caller = world.newCaller();
    expect(await refusalOf(upsert(caller, { expectedVersion: 1 }))).toEqual({ code: 'NOT_FOUND' });
    await upsert(caller);
    const change = { expressCustomerName: 'B', expectedVersion: 1 };
    expect(await upsert(caller, change)).toMatchObject({ outcome: 'UPDATED', row: { version: 2 } });
    expect(await refusalOf(upsert(caller, change))).toEqual({ code: 'VERSION_CONFLICT', currentVersion: 2 });
    const calls = Array.from({ length: 10 }, (_, n) =>
      upsert(caller, { expressCustomerName: `C${n}`, expectedVersion: 2 }),
    );
    expect(await outcomes(calls)).toEqual({ OK: 1, VERSION_CONFLICT: 9 });
  });

  it('replaces or merges metadata, with at most 50 pairs in the result', async () => {
    const caller = world.newCaller();
    const first = await upsert(caller, { setMetadata: pairs(0, 49), unsetMetadata: ['absent'] });
    expect(Object.keys(first.row.metadata)).toHaveLength(49);
    const tooMany = { code: 'BAD_USER_INPUT', fields: [{ path: ['setMetadata'], code: 'TOO_MANY' }] };
    expect(await refusalOf(upsert(caller, { setMetadata: pairs(49, 51) }))).toMatchObject(tooMany);
    const merged = await upsert(caller, { setMetadata: pairs(49, 51), unsetMetadata: ['key0'] });
    expect(merged.row.metadata).toEqual(pairs(1, 51));
    expect((await upsert(caller, { metadata: { a: 'b' } })).row.metadata).toEqual({ a: 'b' });
    expect((await upsert(caller, { metadata: null })).row.metadata).toEqual({});
    const odd = JSON.parse('{"__proto__": "own", "constructor": "own"}') as Record<string, string>;
    expect((await upsert(caller, { setMetadata: odd })).row.metadata).toEqual(odd);
  });

  it('needs a name for a new customer alone', async () => {
    const caller = world.newCaller();
    const nameless = () =>
      useCases.upsertExpressCustomer(caller, { externalReferenceId: 'R', setMetadata: { a: 'b' } });
    expect(await refusalOf(nameless())).toMatchObject({
      fields: [{ path: ['expressCustomerName'], code: 'REQUIRED' }],
    });
    expect(await world.count('express_customers', caller.actor.clinicId)).toBe(0);
    await upsert(caller);
    expect(await nameless()).toMatchObject({ outcome: 'UPDATED' });
  });

  it('keeps clinics and callers apart', async () => {
    const [one, other] = [world.newCaller(), world.newCaller()];
    const { row } = await upsert(one);
    expect(await upsert(other)).toMatchObject({ outcome: 'CREATED' });
    const user = world.newCaller({ clinicId: one.actor.clinicId, userId: newUserId() });
    const updated = await upsert(user, { expressCustomerName: 'B' });
    expect(updated).toMatchObject({ outcome: 'UPDATED', row: { expressCustomerId: row.expressCustomerId } });
    expect((await eventsOf(one, row))[1]).toMatchObject({
      actorApiKeyId: null,
      actorUserId: (user.actor as { userId: string }).userId,
    });
    const reader = world.newCaller({ clinicId: one.actor.clinicId, scopes: ['express:read'] });
    expect(await refusalOf(upsert(reader))).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('follows in the feed on the events that an instance of the version before wrote meanwhile', async () => {
    const caller = world.newCaller();
    const { row } = await upsert(caller);
    const { clinicId } = caller.actor;
    await world.dataSource.query('UPDATE express_customer_events SET position = NULL WHERE clinic_id = $1', [clinicId]);
    await world.dataSource.query('UPDATE event_counters SET last_position = 0 WHERE clinic_id = $1', [clinicId]);
    await upsert(caller, { expressCustomerName: 'B' });
    expect((await eventsOf(caller, row)).map(({ version, position }) => [version, Number(position)])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});
