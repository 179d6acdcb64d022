import { buildSchema, getNamedType, isObjectType } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onEachEngine } from '../../support/engines.js';
import { startService, type Clinic, type Service } from '../../support/service.js';
import { copyClinic } from '../../support/twin-clinics.js';
import { newUserId } from '../../support/world.js';
import { documentOf, OPERATIONS, USER } from './operations.js';

const CUSTOMERS = 6;
const USERS = 6;
const KEYS = 5;

/** One list of the schema: how a page of it is asked for, and which part of its entries must be the clinic's own. */
interface List {
  /** The field's type and name in the schema. */
  field: string;
  /** The document of one page; `args` are the page's arguments. */
  page: (args: string, ids: { customerId: string; userId: string }) => string;
  /** What is selected of each entry. */
  selection: string;
}

const ofCustomer =
  (name: string) =>
  (args: string, { customerId }: { customerId: string }) =>
    `{ expressCustomer(expressCustomerId: "${customerId}") { list: ${name}(${args}) { PAGE } } }`;
const customers = (more: string) => (args: string) => `{ list: expressCustomers(${args} ${more}) { PAGE } }`;
const CUSTOMER = 'expressCustomerId expressCustomerName';
const FILTERS = [
  ...['nameContains: "customer"', 'nameContains: "c"', 'isActive: true', 'metadata: { region: "north" }'],
  ...['createdAfter: "2020-01-01T00:00:00Z"', 'updatedAfter: "2020-01-01T00:00:00Z"'],
];

const feed = (name: string, buildFilter: (customerId: string) => string): [string, List] => [
  name,
  {
    field: 'Query.expressCustomerEvents',
    page: (args, { customerId }) => `{ list: expressCustomerEvents(${args} ${buildFilter(customerId)}) { PAGE } }`,
    selection: 'position type version actorApiKeyId changes { path before after }',
  },
];

/** Every list of the schema has a row here, in each of its orders and with each of its filters. */
const LISTS: Record<string, List> = {
  'customers, newest first': { field: 'Query.expressCustomers', page: customers(''), selection: CUSTOMER },
  ...Object.fromEntries(
    ['CREATED_AT_ASC', 'NAME_ASC', 'NAME_DESC', 'UPDATED_AT_ASC', 'UPDATED_AT_DESC'].map((order) => [
      `customers by ${order}`,
      { field: 'Query.expressCustomers', page: customers(`orderBy: ${order}`), selection: CUSTOMER },
    ]),
  ),
  ...Object.fromEntries(
    FILTERS.flatMap((filter) =>
      ['CREATED_AT_DESC', 'NAME_ASC'].map((order) => [
        `customers where ${filter} by ${order}`,
        {
          field: 'Query.expressCustomers',
          page: customers(`filter: { ${filter} } orderBy: ${order}`),
          selection: CUSTOMER,
        },
      ]),
    ),
  ),
  "a customer's users": { field: 'ExpressCustomer.users', page: ofCustomer('users'), selection: 'userId' },
  "a customer's events": {
    field: 'ExpressCustomer.events',
    page: ofCustomer('events'),
    selection: 'version type actorApiKeyId changes { path before after }',
  },
  ...Object.fromEntries([
    feed('the feed of events', () => ''),
    feed('the feed of one type', () => 'filter: { types: ["express_customer.created"] }'),
    feed('the feed of one customer', (customerId) => `filter: { expressCustomerId: "${customerId}" }`),
  ]),
  'the API keys': {
    field: 'Query.expressApiKeys',
    page: (args) => `{ list: expressApiKeys(${args}) { PAGE } }`,
    selection: 'apiKeyId description scopes state createdAt',
  },
  "a user's customers": {
    field: 'User.expressCustomers',
    page: (args, { userId }) =>
      `{ _entities(representations: [{ __typename: "User", userId: "${userId}" }]) {
        ... on User { list: expressCustomers(${args}) { PAGE } } } }`,
    selection: CUSTOMER,
  },
};

/** Every field of the schema that is a list of pages. */
function listFields(): string[] {
  const schema = buildSchema(readFileSync(join(__dirname, '../../../schema.graphql'), 'utf8'), { assumeValid: true });
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
        .map((field) => `${type.name}.${field.name}`),
    );
}

it('every list of the schema has a row', () => {
  expect([...new Set(Object.values(LISTS).map(({ field }) => field))].sort()).toEqual(listFields().sort());
});

onEachEngine((engine) => {
  let service: Service;
  let own: Clinic;
  let twin: Clinic;
  let ids: { customerId: string; userId: string };
  let expected: Record<string, unknown[]>;

  const mutate = async (clinic: Clinic, operation: string) => {
    const { body } = await service.graphql(clinic, `mutation { ${operation} { expressCustomerId } }`);
    expect(body.errors).toBeUndefined();
    return (Object.values(body.data!)[0] as { expressCustomerId: string }).expressCustomerId;
  };
  const create = (clinic: Clinic, name: string) =>
    mutate(clinic, `createExpressCustomer(input: { expressCustomerName: "${name}", metadata: { region: "north" } })`);
  const add = (clinic: Clinic, customerId: string, userId: string) =>
    mutate(clinic, `addUserToExpressCustomer(input: { expressCustomerId: "${customerId}", userId: "${userId}" })`);

  /** Walks a list to its end in pages of a size. */
  async function walk(clinic: Clinic, { page, selection }: List, size: number): Promise<unknown[]> {
    const nodes: unknown[] = [];
    for (let after: string | null = null; ;) {
      const args: string = `first: ${size}${after === null ? '' : `, after: "${after}"`}`;
      const query: string = page(args, ids).replace(
        'PAGE',
        `nodes { ${selection} } pageInfo { hasNextPage endCursor }`,
      );
      const { body } = await service.graphql(clinic, query);
      expect(body.errors).toBeUndefined();
      const found: any = [Object.values(body.data!)[0]].flat()[0];
      const list: any = found.list ?? found;
      nodes.push(...list.nodes);
      expect(nodes.length).toBeLessThan(100);
      if (!list.pageInfo.hasNextPage) return nodes;
      after = list.pageInfo.endCursor as string;
    }
  }

  /** All that a clinic can read, in one page of each list. */
  const readAll = async (clinic: Clinic) => {
    const all: Record<string, unknown[]> = {};
    for (const [name, list] of Object.entries(LISTS)) all[name] = await walk(clinic, list, 100);
    return all;
  };

  /** Copies the keys of a clinic, which `copyClinic` leaves out, except for the one that it calls with. */
  const copyKeys = (from: Clinic, to: Clinic) =>
    service.dataSource.query(
      `INSERT INTO api_keys (clinic_id, api_key_id, secret_hash, scopes, description, created_at)
       SELECT $1, api_key_id, secret_hash, scopes, description || ' of the twin', created_at
       FROM api_keys WHERE clinic_id = $2 AND api_key_id <> $3`,
      [to.clinicId, from.clinicId, from.apiKeyId],
    );

  // The twin has every row of the own clinic with the same ids, other names, and more of each list.
  beforeAll(async () => {
    service = await startService(engine);
    [own, twin] = [await service.newClinic(), await service.newClinic()];
    const customerIds: string[] = [];
    for (let n = 0; n < CUSTOMERS; n += 1) customerIds.push(await create(own, `Customer ${n}`));
    ids = { customerId: customerIds[0]!, userId: newUserId() };
    for (let n = 0; n < USERS - 1; n += 1) await add(own, ids.customerId, newUserId());
    for (const customerId of customerIds.slice(0, 4)) await add(own, customerId, ids.userId);
    for (let n = 0; n < KEYS; n += 1) await service.newKey(own, { description: `Key ${n}` });
    expected = await readAll(own);
    await copyKeys(own, twin);
    for (let n = 0; n < 3; n += 1) await service.newKey(twin, { description: 'A key of the twin alone' });
    await copyClinic(service.dataSource, own.clinicId, twin.clinicId);
    for (const [n, expressCustomerId] of customerIds.entries())
      await mutate(
        twin,
        `updateExpressCustomer(input: { expressCustomerId: "${expressCustomerId}", expressCustomerName: "Customer ${n} of the twin" })`,
      );
    for (let n = 0; n < 3; n += 1) await add(twin, ids.customerId, newUserId());
    for (const customerId of customerIds.slice(4)) await add(twin, customerId, ids.userId);
    for (let n = 0; n < 3; n += 1) await create(twin, `Customer ${n + 3} of the twin alone`);
  });
  afterAll(() => service.stop());

  it('lists hold what was put into them, or this file shows nothing', () => {
    const lengths = Object.values(expected).map((nodes) => nodes.length);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(4);
    expect(JSON.stringify(expected)).not.toContain('of the twin');
  });

  it.each(Object.keys(LISTS))(
    'no page of %s shows a row of another clinic, though it has rows of the same ids',
    async (name) => {
      const list = LISTS[name]!;
      for (const size of [1, 2, 3]) expect(await walk(own, list, size)).toEqual(expected[name]);
      const seenByTwin = await walk(twin, list, 2);
      expect(seenByTwin.length).toBeGreaterThan(expected[name]!.length);
      expect(seenByTwin).toEqual(await walk(twin, list, 100));
      expect(new Set(seenByTwin.map((node) => JSON.stringify(node))).size).toBe(seenByTwin.length);
    },
  );

  it('pages that both clinics ask for simultaneously, which one statement may read, hold each its own rows', async () => {
    const query = `{ expressCustomers(first: 20, orderBy: CREATED_AT_ASC) { totalCount nodes { ${CUSTOMER} userCount
      users(first: 2) { nodes { userId expressCustomers(first: 2) { totalCount nodes { ${CUSTOMER} } } } }
      events(first: 3) { nodes { version changes { path after } } } } } }`;
    const alone = [await service.graphql(own, query), await service.graphql(twin, query)];
    expect(alone.map(({ body }) => body.errors)).toEqual([undefined, undefined]);
    const calls = Array.from({ length: 20 }, (_, n) => service.graphql([own, twin][n % 2]!, query));
    for (const [n, answer] of (await Promise.all(calls)).entries())
      expect(answer.body.data).toEqual(alone[n % 2]!.body.data);
    expect(alone[0]!.text).not.toContain('of the twin');
  });

  it('the REST list shows no row of another clinic on any page', async () => {
    const names: string[] = [];
    const headers = { authorization: `Bearer ${own.token}` };
    for (let cursor: string | null = null, pages = 0; pages === 0 || cursor !== null; pages += 1) {
      const query: URLSearchParams = new URLSearchParams({ limit: '1', ...(cursor !== null && { cursor }) });
      const { body } = await service.request(`/v1/express?${query.toString()}`, { headers });
      names.push(...body.expressCustomers.map(({ expressCustomerName }: any) => expressCustomerName));
      cursor = body.cursor;
    }
    expect(names).toEqual(expected['customers, newest first']!.map((node: any) => node.expressCustomerName));
  });

  const changes = Object.entries(OPERATIONS).filter(
    ([, { kind, foreign }]) => kind === 'mutation' && foreign !== 'OWN',
  );

  it.each(changes.filter(([, { subject }]) => subject === 'api key'))(
    '%s changes the key of its clinic alone, though another clinic has a key of the same id',
    async (_name, operation) => {
      const [one, other] = [await service.newClinic(), await service.newClinic()];
      const { apiKeyId } = await service.newKey(one);
      await copyKeys(one, other);
      const whole = `{ expressApiKey(apiKeyId: "${apiKeyId}") { state expiresAt revokedAt replacedByApiKeyId } }`;
      const before = (await service.graphql(one, whole)).text;
      expect((await service.graphql(other, whole)).text).toBe(before);
      expect((await service.graphql(other, documentOf(operation, apiKeyId))).body.errors).toBeUndefined();
      expect((await service.graphql(other, whole)).text).not.toBe(before);
      expect((await service.graphql(one, whole)).text).toBe(before);
    },
  );

  it.each(changes.filter(([, { subject }]) => subject === undefined))(
    '%s changes the row of its clinic alone, though another clinic has a row of the same id',
    async (name, operation) => {
      const [one, other] = [await service.newClinic(), await service.newClinic()];
      const id = await create(one, 'Same id');
      // A customer on which the operation has something to change.
      if (name.startsWith('remove')) await add(one, id, USER);
      if (name.startsWith('reactivate'))
        await mutate(one, `deactivateExpressCustomer(input: { expressCustomerId: "${id}" })`);
      await copyClinic(service.dataSource, one.clinicId, other.clinicId);
      const whole = `{ expressCustomer(expressCustomerId: "${id}") { expressCustomerName isActive userCount metadata version updatedAt
        users { nodes { userId } } events { nodes { eventId type version } } } }`;
      const before = (await service.graphql(one, whole)).text;
      expect((await service.graphql(other, whole)).text).toBe(before);
      expect((await service.graphql(other, documentOf(operation, id))).body.errors).toBeUndefined();
      expect((await service.graphql(other, whole)).text).not.toBe(before);
      expect((await service.graphql(one, whole)).text).toBe(before);
    },
  );
});
