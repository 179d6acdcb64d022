import { onEachEngine } from '../../support/engines.js';
import { startService, type Clinic, type Service } from '../../support/service.js';
import { statementsOf } from '../../support/statements.js';

const CREATE = `mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }`;
const LIST = `query($filter: ExpressCustomerFilter, $orderBy: ExpressCustomerOrder! = CREATED_AT_ASC, $first: Int! = 20, $after: String) {
  expressCustomers(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    nodes { expressCustomerName } pageInfo { hasNextPage endCursor } totalCount } }`;

onEachEngine((engine) => {
  let service: Service;
  let clinic: Clinic;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    clinic = await service.newClinic();
  });

  async function create(expressCustomerName: string, metadata?: object): Promise<void> {
    const { body } = await service.graphql(clinic, CREATE, { input: { expressCustomerName, metadata } });
    expect(body.errors).toBeUndefined();
  }

  async function list(variables: Record<string, unknown>) {
    const { body } = await service.graphql(clinic, LIST, variables);
    expect(body.errors).toBeUndefined();
    return body.data!.expressCustomers;
  }

  const namesOf = ({ nodes }: any): string[] => nodes.map((node: any) => node.expressCustomerName);

  async function faults(query: string, variables: Record<string, unknown>) {
    const { body } = await service.graphql(clinic, query, variables);
    const [error] = body.errors!;
    expect(error!.extensions.code).toBe('BAD_USER_INPUT');
    return error!.extensions.fields!.map(({ path, code }) => [path.join('.'), code]);
  }

  it('lists the customers that meet every part of the filter, and counts just those', async () => {
    await create('Zürich Radiology', { region: 'north', tier: 'gold' });
    await create('ZURICH Imaging', { region: 'south' });
    await create('Bern Radiology', { region: 'north', tier: 'gold' });
    const names = async (filter: object | null) => namesOf(await list({ filter }));
    expect(await names({ nameContains: 'zurich' })).toEqual(['Zürich Radiology', 'ZURICH Imaging']);
    expect(await names({ metadata: { tier: 'gold' } })).toEqual(['Zürich Radiology', 'Bern Radiology']);
    expect(await names({ metadata: { tier: 'gold', region: 'south' } })).toEqual([]);
    expect(await names({ nameContains: 'RÁDIO', metadata: { region: 'north' } })).toHaveLength(2);
    expect(await names({ isActive: false })).toEqual([]);
    expect(await names({ isActive: true, nameContains: 'bern' })).toEqual(['Bern Radiology']);
    expect(await names({})).toHaveLength(3);
    expect(await names(null)).toHaveLength(3);
    expect((await list({ filter: { nameContains: 'zurich' }, first: 1 })).totalCount).toBe(2);
  });

  it('takes a filter written into the query', async () => {
    await create('Bern', { region: 'north', __proto__x: 'y' });
    const query = `{ expressCustomers(filter: { nameContains: "ern", isActive: true, metadata: { region: "north" } }) {
      nodes { expressCustomerName } } }`;
    const { body } = await service.graphql(clinic, query);
    expect(namesOf(body.data!.expressCustomers)).toEqual(['Bern']);
  });

  it('takes %, _ and backslash for themselves', async () => {
    for (const name of ['100% care', '100 care', 'a_b', 'aXb', 'c\\d', 'c%d']) await create(name);
    const names = async (nameContains: string) => namesOf(await list({ filter: { nameContains } }));
    expect(await names('0% c')).toEqual(['100% care']);
    expect(await names('a_b')).toEqual(['a_b']);
    expect(await names('c\\d')).toEqual(['c\\d']);
    expect(await names('%')).toEqual(['100% care', 'c%d']);
  });

  it('pages through a filtered list and refuses its cursor under another filter', async () => {
    for (const name of ['Ab 1', 'Ab 2', 'Cd', 'Ab 3']) await create(name);
    const filter = { nameContains: 'AB' };
    const first = await list({ filter, first: 2, orderBy: 'NAME_ASC' });
    expect([namesOf(first), first.pageInfo.hasNextPage]).toEqual([['Ab 1', 'Ab 2'], true]);
    const after = first.pageInfo.endCursor;
    const second = await list({ filter, first: 2, orderBy: 'NAME_ASC', after });
    expect([namesOf(second), second.pageInfo.hasNextPage]).toEqual([['Ab 3'], false]);
    const elsewhere = { filter: { nameContains: 'cd' }, orderBy: 'NAME_ASC', after };
    expect(await faults(LIST, elsewhere)).toEqual([['after', 'INVALID']]);
  });

  it('names every broken rule of a filter together', async () => {
    const filter = { nameContains: 'a\0', metadata: { ok: 'x', wrong: 1, '': 'y' } };
    expect(await faults(LIST, { filter, first: 0 })).toEqual(
      expect.arrayContaining([
        ['first', 'INVALID'],
        ['filter.nameContains', 'INVALID'],
        ['filter.metadata.wrong', 'INVALID'],
        ['filter.metadata.', 'BLANK'],
      ]),
    );
    expect(await faults(LIST, { filter: { nameContains: '\ud800' } })).toEqual([['filter.nameContains', 'INVALID']]);
    expect(await faults(LIST, { filter: { nameContains: 'ü'.repeat(501) } })).toEqual([
      ['filter.nameContains', 'TOO_LONG'],
    ]);
    expect(await faults(LIST, { filter: { metadata: ['a'] } })).toEqual([['filter.metadata', 'INVALID']]);
  });

  it('refuses a filter with a key that it does not know or a value of another type', async () => {
    expect(await faults(LIST, { filter: { name: 'x' } })).toEqual([['name', 'UNKNOWN']]);
    expect(await faults(LIST, { filter: { isActive: 'yes' } })).toEqual([['isActive', 'INVALID']]);
  });

  it('shows another clinic nothing, whatever it asks for', async () => {
    await create('Mine alone', { mark: 'x' });
    const stranger = await service.newClinic();
    for (const filter of [{ nameContains: 'mine' }, { metadata: { mark: 'x' } }, { isActive: true }]) {
      const { body } = await service.graphql(stranger, LIST, { filter });
      expect(body.data!.expressCustomers).toMatchObject({ nodes: [], totalCount: 0 });
    }
  });

  it('finds a customer in the very next request after its create', async () => {
    for (let n = 0; n < 20; n += 1) {
      await create(`Next ${n} Ünique`, { mark: `m${n}` });
      expect(namesOf(await list({ filter: { nameContains: `next ${n} unique` } }))).toEqual([`Next ${n} Ünique`]);
      expect(namesOf(await list({ filter: { metadata: { mark: `m${n}` } } }))).toEqual([`Next ${n} Ünique`]);
    }
  });

  it('counts only when totalCount is selected', async () => {
    const statements = statementsOf(service.dataSource);
    const lists = () => statements.filter((sql) => sql.includes('express_customers'));
    await service.graphql(clinic, '{ expressCustomers { nodes { id } } }');
    expect(lists()).toHaveLength(1);
    await service.graphql(clinic, '{ expressCustomers { nodes { id } totalCount } }');
    expect(lists()).toHaveLength(3);
    expect(lists().filter((sql) => sql.includes('count('))).toHaveLength(1);
  });

  it('reads the users and the events of every customer on a page by one statement each', async () => {
    const ADD = `mutation($input: AddUserToExpressCustomerInput!) { addUserToExpressCustomer(input: $input) { version } }`;
    const PEOPLE = `users(first: 2) { nodes { userId } edges { addedAt cursor } pageInfo { hasNextPage endCursor } }
      events(first: 3) { nodes { eventId type occurredAt version changes { path before after } } pageInfo { hasNextPage } }`;
    const neighbour = await service.newClinic();
    for (let at = 0; at < 20; at += 1) await create(`Page ${at}`);
    const all = `{ expressCustomers(orderBy: CREATED_AT_ASC) { nodes { expressCustomerId ${PEOPLE} } } }`;
    const ids = (await service.graphql(clinic, all)).body.data!.expressCustomers.nodes.map(
      ({ expressCustomerId }: any) => expressCustomerId as string,
    );
    for (let at = 0; at < 5; at += 1)
      for (const expressCustomerId of ids.slice(at)) {
        const userId = `usr_${String(at).repeat(32)}`;
        await service.graphql(clinic, ADD, { input: { expressCustomerId, userId } });
      }
    const statements = statementsOf(service.dataSource);
    const { body } = await service.graphql(clinic, all);
    expect(statements.filter((sql) => sql.includes('express_customer_users'))).toHaveLength(1);
    expect(statements.filter((sql) => sql.includes('express_customer_events'))).toHaveLength(1);
    const nodes = body.data!.expressCustomers.nodes as any[];
    expect(nodes.map(({ users }) => users.nodes.length)).toEqual([1, ...ids.slice(1).map(() => 2)]);
    expect(nodes.map(({ events }) => events.nodes.length)).toEqual([2, ...ids.slice(1).map(() => 3)]);
    const one = `query($id: ID!) { expressCustomer(expressCustomerId: $id) { expressCustomerId ${PEOPLE} } }`;
    for (const node of nodes.slice(0, 4)) {
      const alone = await service.graphql(clinic, one, { id: node.expressCustomerId });
      expect(alone.body.data!.expressCustomer).toEqual(node);
      const foreign = await service.graphql(neighbour, one, { id: node.expressCustomerId });
      expect(foreign.body.data!.expressCustomer).toBeNull();
    }
  });
});
