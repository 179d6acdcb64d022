import { randomUUID } from 'node:crypto';
import { buildOperatorContext } from '../../src/cli/operator-context.js';
import * as keyUseCases from '../../src/identity/use-cases/index.js';
import { revokeKey, rotateKey } from '../support/keys.js';
import pino from 'pino';
import { deleteExpiredIdempotencyRecords } from '../../src/customer/persistence/create/delete-expired.js';
import { ExpressCustomerOrder } from '../../src/customer/model/customer-list.js';
import { toEventId } from '../../src/customer/model/event-id.js';
import type { ExpressCustomerEventType } from '../../src/customer/model/express-customer-event.entity.js';
import * as useCases from '../../src/customer/use-cases/index.js';
import { ApiKeyAuthenticator } from '../../src/identity/authenticate-api-key.js';
import { createClinic } from '../../src/identity/create-clinic.js';
import { issueApiKey } from '../../src/identity/issue-api-key.js';
import { markDistributed } from '../../src/database/distributed.js';
import { LastUsedRecorder } from '../../src/identity/last-used.js';
import { statementsOf } from '../support/statements.js';
import { newUserId, openWorld, type Caller, type World } from '../support/world.js';

let world: World;
let statements: string[];

/** Calls everything on a database of its own, and keeps what was sent. */
async function callEverything(isDistributed: boolean): Promise<void> {
  world = await openWorld('embedded');
  if (isDistributed) markDistributed(world.dataSource);
  statements = statementsOf(world.dataSource);
  const caller = world.newCaller();
  for (const call of Object.values(CALLS)) await call(caller);
  await createInEachWay(caller);
  await useKeys();
  await deleteExpiredIdempotencyRecords(world.dataSource);
}

const USER = newUserId();
const PAGE = { first: 1 };
const { createExpressCustomer } = useCases;

async function withCustomer<T>(caller: Caller, call: (expressCustomerId: string) => Promise<T>): Promise<T> {
  return call((await createExpressCustomer(caller, { expressCustomerName: 'A customer of a test' })).expressCustomerId);
}

/** The first page of a list and the one after it, which are different statements. */
async function readTwoPages(
  list: (page: { first: number; after?: string }) => Promise<{ rows: object[]; cursorOf: (row: never) => string }>,
): Promise<void> {
  const { rows, cursorOf } = await list(PAGE);
  await list({ ...PAGE, after: cursorOf(rows[0] as never) });
}

/** A call of each use case; a new one does not compile without its own. */
const CALLS: Record<keyof typeof useCases, (caller: Caller) => Promise<unknown>> = {
  createExpressCustomer: (caller) => createExpressCustomer(caller, { expressCustomerName: 'A' }),
  createExpressCustomers: (caller) => useCases.createExpressCustomers(caller, [{ expressCustomerName: 'A' }]),
  upsertExpressCustomer: async (caller) => {
    for (const expressCustomerName of ['A', 'B'])
      await useCases.upsertExpressCustomer(caller, { externalReferenceId: 'upserted', expressCustomerName });
  },
  upsertExpressCustomers: (caller) =>
    useCases.upsertExpressCustomers(caller, [{ externalReferenceId: 'in bulk', expressCustomerName: 'A' }]),
  updateExpressCustomer: (caller) =>
    withCustomer(caller, (expressCustomerId) =>
      useCases.updateExpressCustomer(caller, { expressCustomerId, expressCustomerName: 'B', expectedVersion: 1 }),
    ),
  editExpressCustomerMetadata: (caller) =>
    withCustomer(caller, (expressCustomerId) =>
      useCases.editExpressCustomerMetadata(caller, { expressCustomerId, set: { a: 'b' } }),
    ),
  deactivateExpressCustomer: (caller) =>
    withCustomer(caller, async (expressCustomerId) => {
      await useCases.deactivateExpressCustomer(caller, { expressCustomerId, expectedVersion: 1 });
      // The retry of its client finds the event of the first try.
      await useCases.deactivateExpressCustomer(caller, { expressCustomerId, expectedVersion: 1 }, { retryCount: 1 });
    }),
  reactivateExpressCustomer: (caller) =>
    withCustomer(caller, async (expressCustomerId) => {
      await useCases.deactivateExpressCustomer(caller, { expressCustomerId });
      await useCases.reactivateExpressCustomer(caller, { expressCustomerId });
    }),
  addUserToExpressCustomer: (caller) =>
    withCustomer(caller, (expressCustomerId) =>
      useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId: USER }),
    ),
  removeUserFromExpressCustomer: (caller) =>
    withCustomer(caller, async (expressCustomerId) => {
      await useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId: USER });
      await useCases.removeUserFromExpressCustomer(caller, { expressCustomerId, userId: USER });
    }),
  expressCustomer: (caller) =>
    withCustomer(caller, (expressCustomerId) => useCases.expressCustomer(caller, expressCustomerId)),
  expressCustomerByExternalReference: async (caller) => {
    const referring = { expressCustomerName: 'A', externalReferenceId: 'R', idempotencyKey: 'of a reference' };
    await createExpressCustomer(caller, referring);
    await createExpressCustomer(caller, referring);
    await useCases.expressCustomerByExternalReference(caller, 'R');
  },
  expressCustomersById: (caller) =>
    withCustomer(caller, (expressCustomerId) => useCases.expressCustomersById(caller, [expressCustomerId])),
  expressCustomerEvents: async (caller) => {
    const { expressCustomerId } = await createExpressCustomer(caller, { expressCustomerName: 'A' });
    const types: ExpressCustomerEventType[] = ['express_customer.created'];
    for (const filter of [{}, { types }, { expressCustomerId }])
      await readTwoPages((page) => useCases.expressCustomerEvents(caller, { ...page, filter }));
  },
  expressCustomerEventsById: (caller) =>
    withCustomer(caller, (expressCustomerId) =>
      useCases.expressCustomerEventsById(caller, [toEventId({ expressCustomerId, version: 1 })]),
    ),
  expressCustomerHistory: (caller) =>
    withCustomer(caller, (expressCustomerId) =>
      readTwoPages((page) => useCases.expressCustomerHistory(caller, expressCustomerId, page)),
    ),
  expressCustomerUsers: (caller) =>
    withCustomer(caller, async (expressCustomerId) => {
      await useCases.addUserToExpressCustomer(caller, { expressCustomerId, userId: USER });
      await readTwoPages((page) => useCases.expressCustomerUsers(caller, expressCustomerId, page));
    }),
  expressCustomers: async (caller) => {
    for (const orderBy of Object.values(ExpressCustomerOrder))
      for (const filter of [{}, { isActive: true }, { nameContains: 'test' }, { metadata: { none: 'such' } }]) {
        const list = (page: object) => useCases.expressCustomers(caller, { ...PAGE, ...page, orderBy, filter });
        const page = await list({});
        await page.count();
        if (page.rows.length > 0) await list({ after: page.cursorOf(page.rows[0]!) });
      }
  },
  userExpressCustomers: async (caller) => {
    const list = (page: { first: number; after?: string }) => useCases.userExpressCustomers(caller, USER, page);
    await (await list(PAGE)).count();
    await readTwoPages(list);
  },
};

/** With an idempotency key: new, repeated and expired. As a client library's try, its retry, and a retry alone. */
async function createInEachWay(caller: Caller): Promise<void> {
  const keyed = () => createExpressCustomer(caller, { expressCustomerName: 'Keyed', idempotencyKey: 'key' });
  await keyed();
  await keyed();
  await world.dataSource.query(
    `UPDATE idempotency_keys SET created_at = created_at - interval '25 hours' WHERE clinic_id = $1`,
    [caller.actor.clinicId],
  );
  await keyed();
  for (const [expressCustomerName, retryCount] of [
    ['Tried', 0],
    ['Tried', 1],
    ['Retried', 1],
  ] as const)
    await createExpressCustomer(caller, { expressCustomerName }, { retryCount });
}

async function useKeys(): Promise<void> {
  const { dataSource } = world;
  const clinicId = await createClinic(dataSource.manager, 'A clinic of a test');
  const key = await issueApiKey(dataSource.manager, { clinicId, scopes: ['express:read'], description: 'test' });
  const lastUsed = new LastUsedRecorder({ dataSource, isStandby: false }, pino({ level: 'silent' }));
  await new ApiKeyAuthenticator(dataSource, (actor) => lastUsed.record(actor)).authenticate(key.token);
  await lastUsed.stop();
  const rotated = await rotateKey(dataSource, { clinicId, apiKeyId: key.apiKeyId }, { overlapSeconds: 0 });
  await revokeKey(dataSource, { clinicId, apiKeyId: rotated.key.apiKeyId });
  const operator = buildOperatorContext(world, clinicId);
  const input = { description: 'test', scopes: ['express:read' as const], idempotencyKey: 'key' };
  for (let times = 0; times < 2; times += 1) await keyUseCases.createExpressApiKey(operator, input);
  await keyUseCases.expressApiKey(operator, key.apiKeyId);
  await readTwoPages((page) => keyUseCases.expressApiKeys(operator, page));
  await keyUseCases.createExpressApiKey(world.newCaller({ userId: USER }), input);
}

async function findVolatileFunctions(): Promise<Set<string>> {
  const rows = await world.dataSource.query<{ proname: string }[]>(
    `SELECT proname FROM pg_proc WHERE provolatile = 'v' AND prorettype <> 'trigger'::regtype`,
  );
  return new Set(rows.map(({ proname }) => proname));
}

const callsIn = (statement: string): string[] =>
  [...statement.matchAll(/\b([a-z_][a-z0-9_]*)\s*\(/gi)].map(([, name]) => name!);

const WRITES = /\b(?:INSERT\s+INTO|(?<!\b(?:FOR|DO)\s)UPDATE\s+["a-z]|DELETE\s+FROM)/gi;

describe.each([
  ['on one server', false],
  ['on a distributed database', true],
])('%s', (_where, isDistributed) => {
  beforeAll(() => callEverything(isDistributed));
  afterAll(() => world.close());

  // A database that is distributed by clinic evaluates functions at one node, and refuses one that may differ from row to row. On one
  // server, such a function cannot be an index condition.
  it('changes and deletes rows without a volatile function, whatever is called', async () => {
    const volatile = await findVolatileFunctions();
    expect(volatile).toContain('clock_timestamp');
    const changing = statements.filter((statement) => /\b(UPDATE\s+["a-z]|DELETE\s+FROM\b)/i.test(statement));
    for (const table of ['express_customers', 'idempotency_keys', 'unkeyed_creates', 'api_keys'])
      expect(changing.filter((statement) => new RegExp(`UPDATE "?${table}`).test(statement))).not.toEqual([]);
    expect(changing.filter((statement) => callsIn(statement).some((name) => volatile.has(name)))).toEqual([]);
  });

  it('names the clinic in every statement on a table, whatever is called', () => {
    const tables = world.dataSource.entityMetadatas.map(({ tableName }) => tableName);
    const onTables = statements.filter((statement) => tables.some((table) => statement.includes(table)));
    const used = tables.filter((table) => onTables.some((statement) => statement.includes(table)));
    expect(used).toEqual(tables);
    expect(onTables.filter((statement) => !/\bclinic_id\b/.test(statement))).toEqual([]);
  });
});

describe('on a distributed database', () => {
  beforeAll(() => callEverything(true));
  afterAll(() => world.close());

  // From others Citus cannot see that all rows belong on one node.
  it('inserts rows that are spelled out, and by no statement that writes another table, whatever is called', () => {
    expect(statements.filter((statement) => (statement.match(WRITES)?.length ?? 0) > 1)).toEqual([]);
    const inserting = statements.filter((statement) => /\bINSERT\s+INTO\b/i.test(statement));
    expect(inserting.filter((statement) => !/^\s*INSERT INTO [^(]+\([^)]*\)\s+VALUES\b/i.test(statement))).toEqual([]);
  });
});

describe('cleaning', () => {
  beforeAll(() => callEverything(false));
  afterAll(() => world.close());

  it.each(['idempotency_keys', 'unkeyed_creates'])(
    'finds that nothing has expired in %s in a few pages, however many rows are young',
    async (table) => {
      const clinicId = randomUUID();
      const columns = { idempotency_keys: 'operation, idempotency_key', unkeyed_creates: 'retry_count' }[table]!;
      const values = { idempotency_keys: `'createExpressCustomer', n`, unkeyed_creates: '0' }[table]!;
      await world.dataSource.query(
        `INSERT INTO ${table} (clinic_id, actor_id, fingerprint, express_customer_id, ${columns})
       SELECT $1, 'an actor', decode(lpad(to_hex(n), 8, '0'), 'hex'), 'cus_' || n, ${values} FROM generate_series(1, 20000) AS n`,
        [clinicId],
      );
      await world.dataSource.query(`ANALYZE ${table}`);
      const cleaning = statements.find((statement) => statement.includes(`DELETE FROM ${table}`))!;
      const [{ 'QUERY PLAN': plans }] = await world.dataSource.query(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${cleaning}`,
        [clinicId],
      );
      expect(plans[0].Plan['Shared Hit Blocks'] + plans[0].Plan['Shared Read Blocks']).toBeLessThan(20);
    },
  );
});
