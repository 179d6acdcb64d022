import { onEachEngine } from '../../support/engines.js';
import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';
import { newUserId } from '../../support/world.js';

const CUSTOMER = 'expressCustomerId expressCustomerName isActive userCount metadata version createdAt updatedAt';

const typeOf = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
const documentOf = (name: string) => `mutation ($input: ${typeOf(name)}!) { ${name}(input: $input) { ${CUSTOMER} } }`;

const HISTORY = `query ($id: ID!, $first: Int! = 100, $after: String) { expressCustomer(expressCustomerId: $id) {
  events(first: $first, after: $after) {
    edges { cursor node { eventId } }
    nodes { eventId type occurredAt expressCustomerId actorApiKeyId actorUserId version changes { path before after } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } } }`;

const USERS = `query ($id: ID!, $first: Int! = 100, $after: String) { expressCustomer(expressCustomerId: $id) {
  users(first: $first, after: $after) {
    edges { cursor addedAt node { userId } }
    nodes { userId }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } } }`;

const faultsOf = ({ body }: Answer) =>
  (body.errors?.[0]?.extensions.fields ?? []).map(({ path, code }) => `${path.join('.')} ${code}`).sort();

onEachEngine((engine) => {
  let service: Service;
  let clinic: Clinic;
  beforeAll(async () => {
    service = await startService(engine);
    clinic = await service.newClinic();
  });
  afterAll(() => service.stop());

  const call = (name: string, input: object) => service.graphql(clinic, documentOf(name), { input });
  const succeed = async (name: string, input: object) => {
    const { body } = await call(name, input);
    expect(body.errors).toBeUndefined();
    return body.data![name] as Record<string, any>;
  };
  const newCustomer = (metadata: object = {}) =>
    succeed('createExpressCustomer', { expressCustomerName: 'St. Mary', metadata });
  const pageOf = async (document: string, list: string, variables: Record<string, unknown>) => {
    const { body } = await service.graphql(clinic, document, variables);
    expect(body.errors).toBeUndefined();
    return body.data!.expressCustomer[list] as Record<string, any>;
  };

  it('returns a whole life as its history, oldest first, each change with both values', async () => {
    const { expressCustomerId } = await newCustomer({ region: 'north' });
    const target = { expressCustomerId };
    const userId = newUserId();
    await succeed('updateExpressCustomer', { ...target, expressCustomerName: 'St. John', expectedVersion: 1 });
    await succeed('editExpressCustomerMetadata', { ...target, set: { kind: 'lab' }, unset: ['region', 'absent'] });
    await succeed('addUserToExpressCustomer', { ...target, userId });
    await succeed('deactivateExpressCustomer', target);
    await succeed('removeUserFromExpressCustomer', { ...target, userId });
    const last = await succeed('reactivateExpressCustomer', { ...target, expectedVersion: 6 });
    expect(last).toMatchObject({
      expressCustomerName: 'St. John',
      isActive: true,
      userCount: 0,
      metadata: { kind: 'lab' },
      version: 7,
    });
    const { nodes } = await pageOf(HISTORY, 'events', { id: expressCustomerId });
    const expected: [string, object[]][] = [
      [
        'created',
        [
          { path: 'expressCustomerName', before: null, after: 'St. Mary' },
          { path: 'metadata.region', before: null, after: 'north' },
        ],
      ],
      ['updated', [{ path: 'expressCustomerName', before: 'St. Mary', after: 'St. John' }]],
      [
        'updated',
        [
          { path: 'metadata.kind', before: null, after: 'lab' },
          { path: 'metadata.region', before: 'north', after: null },
        ],
      ],
      ['user_added', [{ path: 'users', before: null, after: userId }]],
      ['deactivated', [{ path: 'isActive', before: true, after: false }]],
      ['user_removed', [{ path: 'users', before: userId, after: null }]],
      ['reactivated', [{ path: 'isActive', before: false, after: true }]],
    ];
    expect(nodes).toEqual(
      expected.map(([type, changes], index) => ({
        eventId: `evt_${expressCustomerId.slice('cus_'.length)}_${index + 1}`,
        type: `express_customer.${type}`,
        occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        expressCustomerId,
        actorApiKeyId: clinic.apiKeyId,
        actorUserId: null,
        version: index + 1,
        changes,
      })),
    );
    expect(nodes[6].occurredAt).toBe(last.updatedAt);
  });

  it('leaves out what is left out, and clears metadata with null', async () => {
    const { expressCustomerId } = await newCustomer({ region: 'north' });
    const renamed = await succeed('updateExpressCustomer', { expressCustomerId, expressCustomerName: 'St. John' });
    expect(renamed).toMatchObject({ metadata: { region: 'north' }, version: 2 });
    const cleared = await succeed('updateExpressCustomer', { expressCustomerId, metadata: null });
    expect(cleared).toMatchObject({ expressCustomerName: 'St. John', metadata: {}, version: 3 });
    expect(await succeed('updateExpressCustomer', { expressCustomerId })).toEqual(cleared);
  });

  const BROKEN: [string, string, object, string[]][] = [
    ['a null name', 'updateExpressCustomer', { expressCustomerName: null }, ['expressCustomerName REQUIRED']],
    [
      'every broken rule of an update together',
      'updateExpressCustomer',
      { expressCustomerName: ' ', metadata: { a: 1, '': 'x' }, expectedVersion: 0 },
      ['expectedVersion INVALID', 'expressCustomerName BLANK', 'metadata. BLANK', 'metadata.a INVALID'],
    ],
    [
      'a key that is set and unset',
      'editExpressCustomerMetadata',
      { set: { a: '1', b: '2' }, unset: ['c', 'b'] },
      ['unset.1 INVALID'],
    ],
    [
      'a key that is set and unset besides other faults',
      'editExpressCustomerMetadata',
      { set: { a: 1, ['k'.repeat(101)]: 'x' }, unset: ['', 'a'] },
      ['set.a INVALID', `set.${'k'.repeat(100)} TOO_LONG`, 'unset.0 BLANK', 'unset.1 INVALID'],
    ],
    ['metadata that is no object', 'editExpressCustomerMetadata', { set: ['a'], unset: ['b'] }, ['set INVALID']],
    ['a malformed user', 'addUserToExpressCustomer', { userId: 'usr_1' }, ['userId INVALID']],
    ['a malformed user', 'removeUserFromExpressCustomer', { userId: `usr_${'A'.repeat(32)}` }, ['userId INVALID']],
  ];

  it.each(BROKEN)('refuses %s: %s', async (_, name, input, faults) => {
    const before = await newCustomer({ region: 'north' });
    const answer = await call(name, { expressCustomerId: before.expressCustomerId, ...input });
    expect(answer.body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(faultsOf(answer)).toEqual([...faults].sort());
    const stored = await succeed('updateExpressCustomer', { expressCustomerId: before.expressCustomerId });
    expect(stored).toEqual(before);
  });

  it.each([
    ['updateExpressCustomer', { expressCustomerName: 'St. John' }],
    ['updateExpressCustomer', {}],
    ['editExpressCustomerMetadata', { set: { a: 'b' } }],
    ['editExpressCustomerMetadata', {}],
    ['deactivateExpressCustomer', {}],
    ['reactivateExpressCustomer', {}],
  ])(
    '%s with %p names the current version to who expects another one, and takes the current one',
    async (name, input) => {
      const before = await newCustomer();
      const { expressCustomerId } = before;
      const { body } = await call(name, { expressCustomerId, ...input, expectedVersion: 99 });
      expect(body.errors![0]!.extensions).toMatchObject({ code: 'VERSION_CONFLICT', currentVersion: 1 });
      expect(await succeed('updateExpressCustomer', { expressCustomerId })).toEqual(before);
      await succeed(name, { expressCustomerId, ...input, expectedVersion: 1 });
    },
  );

  it('refuses a user on a deactivated customer', async () => {
    const { expressCustomerId } = await newCustomer();
    await succeed('deactivateExpressCustomer', { expressCustomerId });
    const { body } = await call('addUserToExpressCustomer', { expressCustomerId, userId: newUserId() });
    expect(body.errors![0]!.extensions.code).toBe('EXPRESS_CUSTOMER_INACTIVE');
    expect((await pageOf(USERS, 'users', { id: expressCustomerId })).nodes).toEqual([]);
  });

  it.each([
    ['users', USERS],
    ['events', HISTORY],
  ])('pages %s by cursors that belong to the customer and the list', async (list, document) => {
    const { expressCustomerId } = await newCustomer();
    const other = await newCustomer();
    for (let added = 0; added < 5; added += 1) {
      await succeed('addUserToExpressCustomer', { expressCustomerId, userId: newUserId() });
    }
    const all = await pageOf(document, list, { id: expressCustomerId });
    const seen: unknown[] = [];
    let after: string | null = null;
    do {
      const page = await pageOf(document, list, { id: expressCustomerId, first: 2, after });
      expect(page.pageInfo).toEqual({
        hasNextPage: seen.length + 2 < all.nodes.length,
        hasPreviousPage: after !== null,
        startCursor: page.edges[0].cursor,
        endCursor: page.edges.at(-1).cursor,
      });
      seen.push(...page.nodes);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(all.nodes);
    const [cursor] = all.edges.map((edge: { cursor: string }) => edge.cursor);
    const refused = [
      { id: other.expressCustomerId, after: cursor },
      { id: expressCustomerId, after: 'x' },
      { id: expressCustomerId, first: 0 },
      { id: expressCustomerId, first: 101 },
    ];
    for (const variables of refused) {
      const { body } = await service.graphql(clinic, document, variables);
      expect(body.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
    }
    const [otherList, otherDocument] = list === 'users' ? ['events', HISTORY] : ['users', USERS];
    const elsewhere = await service.graphql(clinic, otherDocument, { id: expressCustomerId, after: cursor });
    expect(elsewhere.body.errors![0]!.path).toEqual(['expressCustomer', otherList]);
  });
});
