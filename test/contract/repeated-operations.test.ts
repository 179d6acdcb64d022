import { randomUUID } from 'node:crypto';
import { startService, type Clinic, type Service } from '../support/service.js';

const SCALARS = `expressCustomerId expressCustomerName isActive userCount metadata version createdAt updatedAt
  createdByApiKeyId createdByUserId`;
const CUSTOMER = `__typename ${SCALARS}
  users(first: 2) { edges { cursor role: node { userId } } nodes { userId } pageInfo { hasNextPage } }
  events(first: 3) { nodes { eventId type occurredAt actorApiKeyId version changes { path before after } } pageInfo { endCursor } }`;

const WRITTEN = `query Written($first: Int!, $with: Boolean! = true) { list: expressCustomers(first: $first) {
  __typename a: nodes { __typename x: id ${SCALARS} ...Reference } b: nodes { y: __typename version } c: nodes { version @skip(if: $with) } totalCount
  edges { cursor t: __typename ...Node } e: edges { cursor @skip(if: $with) node { version @include(if: $with) } } pageInfo { endCursor } } again: expressCustomers(first: $first) { nodes { version } } }
  fragment Node on ExpressCustomerEdge { node { ...Reference metadata node: version } node { isActive } }
  fragment Reference on ExpressCustomer { externalReferenceId createdAt @include(if: $with) }`;
const GET = `query Get($id: ID!) { expressCustomer(expressCustomerId: $id) { ${CUSTOMER} } }`;
const LIST = `query List($first: Int! = 3, $after: String, $filter: ExpressCustomerFilter, $orderBy: ExpressCustomerOrder! = CREATED_AT_DESC) {
  expressCustomers(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount nodes { ${SCALARS} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const NESTED = `query Nested($inner: Int!) { expressCustomers(first: 5) { nodes { expressCustomerName users(first: $inner) { nodes { userId } } } } }`;
const TWO = `query Two($id: ID!, $first: Int!) { one: expressCustomer(expressCustomerId: $id) { expressCustomerName }
  two: expressCustomer(expressCustomerId: "unknown") { expressCustomerName } expressCustomers(first: $first) { nodes { version } } }`;
const CHOICE = `query Choice($id: ID!, $with: Boolean!, $without: Boolean = false) { expressCustomer(expressCustomerId: $id) {
  expressCustomerName @include(if: $with) ...Version @skip(if: $without) ... on ExpressCustomer { isActive } } }
  fragment Version on ExpressCustomer { version }`;
const ODD = `query Odd($__proto__: ID!, $toString: Int = 2, $constructor: Boolean!) {
  __proto__: expressCustomer(expressCustomerId: $__proto__) { constructor: expressCustomerName @include(if: $constructor)
    then: version __proto__: metadata valueOf: users(first: $toString) { nodes { userId } } } }`;
const OPTIONAL = `mutation Optional($id: ID!, $name: String, $meta: JSON) {
  updateExpressCustomer(input: { expressCustomerId: $id, expressCustomerName: $name, metadata: $meta }) { expressCustomerName metadata } }`;
const INSIDE = `mutation Inside($id: ID!, $r: String) {
  updateExpressCustomer(input: { expressCustomerId: $id, metadata: { region: $r, fixed: "w" } }) { metadata } }`;
const FILTERED = `query Filtered($r: String) { expressCustomers(filter: { metadata: { name: $r } }) { totalCount nodes { metadata } } }`;
const LITERALS = `mutation { createExpressCustomer(input: { expressCustomerName: "\\"'\`\${x} NaN \\u2028 2024-01-15T09:00:00.000Z"
  metadata: { a: """block "text" \\n""", Infinity: "-Infinity", undefined: "]}" } }) { expressCustomerName metadata } }`;
const CONDITIONS = `query Conditions($a: ID!, $with: Boolean!) {
  one: expressCustomer(expressCustomerId: $a) { version ...Card @include(if: $with) ...Card }
  two: expressCustomer(expressCustomerId: $a) { ...Card users(first: 1) @skip(if: $with) { nodes { userId } } users(first: 1) { pageInfo { hasNextPage } } } }
  fragment Card on ExpressCustomer { expressCustomerName ...Inner @skip(if: $with) } fragment Inner on ExpressCustomer { isActive }`;
// Each spreads the next one twice: expanding them would take a million million steps.
const NESTED_FRAGMENTS = `query Spread($a: ID!) { expressCustomer(expressCustomerId: $a) { ...F0 } } ${Array.from(
  { length: 40 },
  (_, at) => `fragment F${at} on ExpressCustomer { ...F${at + 1} ...F${at + 1} }`,
).join(' ')} fragment F40 on ExpressCustomer { version }`;
const ENTITIES = `query Entities($of: [_Any!]!) { _entities(representations: $of) { __typename
  ... on ExpressCustomer { expressCustomerName } ... on User { userId expressCustomers(first: 2) { nodes { expressCustomerName } } } } }`;
const mutation = (name: string, input: string) =>
  `mutation Change($input: ${input}!) { ${name}(input: $input) { ${SCALARS} } }`;
const CREATE = mutation('createExpressCustomer', 'CreateExpressCustomerInput');
const UPDATE = mutation('updateExpressCustomer', 'UpdateExpressCustomerInput');
const EDIT = mutation('editExpressCustomerMetadata', 'EditExpressCustomerMetadataInput');
const DEACTIVATE = mutation('deactivateExpressCustomer', 'DeactivateExpressCustomerInput');
const REACTIVATE = mutation('reactivateExpressCustomer', 'ReactivateExpressCustomerInput');
const ADD = mutation('addUserToExpressCustomer', 'AddUserToExpressCustomerInput');
const REMOVE = mutation('removeUserFromExpressCustomer', 'RemoveUserFromExpressCustomerInput');
const INLINE = `mutation { createExpressCustomer(input: { expressCustomerName: "Inline", metadata: { a: "b", c: "d" } }) { metadata } }`;
const PARTS = `mutation Parts($set: JSON, $id: ID!, $unset: [String!]) {
  editExpressCustomerMetadata(input: { expressCustomerId: $id, set: $set, unset: $unset }) { metadata } }`;
const SEVERAL = `mutation Several($input: CreateExpressCustomerInput!, $wrong: CreateExpressCustomerInput!) {
  a: createExpressCustomer(input: $input) { expressCustomerName } b: createExpressCustomer(input: $wrong) { expressCustomerName }
  c: createExpressCustomer(input: $input) { expressCustomerName } }`;

/** What a clinic of the comparison holds: the same in each, but for its ids. */
interface World {
  clinic: Clinic;
  reader: Clinic;
  id: string;
  userId: string;
}

type Variables = Record<string, unknown>;
/** [what is sent, document, variables, operationName]; each is sent to worlds that saw all the cases before it. */
type Case = [title: string, query: string, variables?: (world: World) => Variables, operationName?: string];

const input = (values: (world: World) => Variables) => (world: World) => ({ input: values(world) });
const CASES: Case[] = [
  ['a get', GET, ({ id }) => ({ id })],
  ['a get by its operation name', GET, ({ id }) => ({ id }), 'Get'],
  ['a get by another operation name', GET, ({ id }) => ({ id }), 'Other'],
  ['a get of nobody', GET, () => ({ id: 'unknown' })],
  ['a get with a number for an id', GET, () => ({ id: 5 })],
  ['a get with a fraction for an id', GET, () => ({ id: 5.5 })],
  ['a get without variables', GET],
  ['a get with null for an id', GET, () => ({ id: null })],
  ['a get with a list for an id', GET, ({ id }) => ({ id: [id] })],
  ['a get with variables that nobody defined', GET, ({ id }) => ({ id, other: 1, __proto__: { a: 1 } })],
  ['a list', LIST],
  ['a list of 1', LIST, () => ({ first: 1 })],
  ['a list of 0', LIST, () => ({ first: 0 })],
  ['a list of 101', LIST, () => ({ first: 101 })],
  ['a list of null', LIST, () => ({ first: null })],
  ['a list of 1.5', LIST, () => ({ first: 1.5 })],
  ['a list of 2.0', LIST, () => ({ first: 2.0 })],
  ['a list of "2"', LIST, () => ({ first: '2' })],
  ['a list of 2^31', LIST, () => ({ first: 2 ** 31 })],
  ['a list of true', LIST, () => ({ first: true })],
  ['a list in another order', LIST, () => ({ orderBy: 'NAME_ASC' })],
  ['a list in no known order', LIST, () => ({ orderBy: 'name_asc' })],
  ['a list in order 1', LIST, () => ({ orderBy: 1 })],
  ['a list with a filter', LIST, () => ({ filter: { nameContains: 'a', isActive: true, metadata: { a: 'b' } } })],
  ['a list with a wrong filter', LIST, () => ({ filter: { isActive: 'yes', nothing: 1 } })],
  ['a list with a filter of null', LIST, () => ({ filter: null })],
  ['a list with a list for a filter', LIST, () => ({ filter: [{ isActive: true }] })],
  ['a list with a text for a filter', LIST, () => ({ filter: 'a' })],
  ['a list after no cursor', LIST, () => ({ after: 'nonsense' })],
  ['lists in a list', NESTED, () => ({ inner: 2 })],
  ['lists in a list that are refused each', NESTED, () => ({ inner: 0 })],
  ['lists in a list that cost too much', NESTED, () => ({ inner: 1_000_000 })],
  ['nodes and edges of scalars', WRITTEN, () => ({ first: 50 })],
  ['nodes and edges of other scalars', WRITTEN, () => ({ first: 2, with: false })],
  ['nodes and edges that are refused', WRITTEN, () => ({ first: 0 })],
  ['several fields', TWO, ({ id }) => ({ id, first: 2 })],
  ['several fields of which one is refused', TWO, ({ id }) => ({ id, first: 0 })],
  ['included and skipped fields', CHOICE, ({ id }) => ({ id, with: true })],
  ['other included and skipped fields', CHOICE, ({ id }) => ({ id, with: false, without: true })],
  ['directives with a text', CHOICE, ({ id }) => ({ id, with: 'true' })],
  ['directives with null', CHOICE, ({ id }) => ({ id, with: true, without: null })],
  [
    'entities',
    ENTITIES,
    ({ id, userId }) => ({ of: [of('ExpressCustomer', { expressCustomerId: id }), of('User', { userId })] }),
  ],
  [
    'an entity that is none',
    ENTITIES,
    () => ({ of: [of('ExpressCustomer', { expressCustomerId: 'x' }), of('Nothing', {}), {}] }),
  ],
  ['one entity for a list', ENTITIES, ({ id }) => ({ of: of('ExpressCustomer', { expressCustomerId: id }) })],
  ['a create', CREATE, input(() => ({ expressCustomerName: 'Ä “B”', metadata: { a: 'b\n', '2': 'x', '1': '😀' } }))],
  ['a create with values in the document', INLINE],
  ['nodes and edges of a customer with any characters', WRITTEN, () => ({ first: 1 })],
  ['a create with null metadata', CREATE, input(() => ({ expressCustomerName: 'C', metadata: null }))],
  ['a create that breaks rules', CREATE, input(() => ({ expressCustomerName: '', metadata: { a: 1, '': null } }))],
  ['a create without a name', CREATE, input(() => ({}))],
  ['a create with null for a name', CREATE, input(() => ({ expressCustomerName: null }))],
  ['a create with a number for a name', CREATE, input(() => ({ expressCustomerName: 5 }))],
  ['a create with an unknown key', CREATE, input(() => ({ expressCustomerName: 'A', isActive: true, other: 1 }))],
  [
    'a create with __proto__',
    CREATE,
    () => ({ input: JSON.parse('{"expressCustomerName":"A","__proto__":{"a":1}}') as unknown }),
  ],
  [
    'a create with metadata __proto__',
    CREATE,
    () => ({ input: JSON.parse('{"expressCustomerName":"A","metadata":{"__proto__":"a"}}') as unknown }),
  ],
  ['a create with a list for an input', CREATE, () => ({ input: [{ expressCustomerName: 'A' }] })],
  [
    'a create with 200 wrong keys',
    CREATE,
    input(() => Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`k${at}`, at]))),
  ],
  [
    'creates of which the second is refused',
    SEVERAL,
    () => ({ input: { expressCustomerName: 'S' }, wrong: { expressCustomerName: ' ' } }),
  ],
  [
    'an update',
    UPDATE,
    input(({ id }) => ({ expressCustomerId: id, expressCustomerName: 'Updated', expectedVersion: 2 })),
  ],
  [
    'an update of an older version',
    UPDATE,
    input(({ id }) => ({ expressCustomerId: id, metadata: {}, expectedVersion: 1 })),
  ],
  ['an update of nobody', UPDATE, input(() => ({ expressCustomerId: 'x', expressCustomerName: 'U' }))],
  ['an edit', EDIT, input(({ id }) => ({ expressCustomerId: id, set: { x: 'y' }, unset: ['a'] }))],
  ['an edit with one value for a list', EDIT, input(({ id }) => ({ expressCustomerId: id, unset: 'x' }))],
  ['an edit with numbers in a list', EDIT, input(({ id }) => ({ expressCustomerId: id, unset: ['x', 5, null] }))],
  ['an edit whose variables are inside its input', PARTS, ({ id }) => ({ id, set: { p: 'q' } })],
  ['an edit whose variables are null', PARTS, ({ id }) => ({ id, set: null, unset: null })],
  ['adding a user', ADD, input(({ id, userId }) => ({ expressCustomerId: id, userId }))],
  ['adding no user', ADD, input(({ id }) => ({ expressCustomerId: id, userId: 'x' }))],
  ['removing a user', REMOVE, input(({ id, userId }) => ({ expressCustomerId: id, userId }))],
  ['deactivating', DEACTIVATE, input(({ id }) => ({ expressCustomerId: id }))],
  [
    'adding a user to an inactive customer',
    ADD,
    input(({ id }) => ({ expressCustomerId: id, userId: `usr_${'c'.repeat(32)}` })),
  ],
  ['reactivating', REACTIVATE, input(({ id }) => ({ expressCustomerId: id }))],
  ['a get after all of that', GET, ({ id }) => ({ id })],
  ['an update whose optional variables are left out', OPTIONAL, ({ id }) => ({ id, name: 'Kept' })],
  ['an update of nothing', OPTIONAL, ({ id }) => ({ id })],
  ['an update with null for an optional variable', OPTIONAL, ({ id }) => ({ id, meta: null })],
  ['an update with a variable inside its metadata', INSIDE, ({ id }) => ({ id, r: 'north' })],
  ['an update without the variable inside its metadata', INSIDE, ({ id }) => ({ id })],
  ['an update with null inside its metadata', INSIDE, ({ id }) => ({ id, r: null })],
  ['a filter with a variable inside its metadata', FILTERED, () => ({ r: 'Zoe' })],
  ['a create whose texts look like code', LITERALS],
  ['conditions of fragments that are met', CONDITIONS, ({ id }) => ({ a: id, with: true })],
  ['conditions of fragments that are not met', CONDITIONS, ({ id }) => ({ a: id, with: false })],
  ['fragments that spread fragments', NESTED_FRAGMENTS, ({ id }) => ({ a: id })],
  [
    'variables and aliases with odd names',
    ODD,
    ({ id }) => JSON.parse(`{"__proto__":"${id}","constructor":true,"toString":1}`) as Variables,
  ],
  ['variables with odd names that are left out', ODD, () => ({})],
  ['a comment and a name', '# why\nquery Why { expressCustomers(first: 1) { totalCount } }'],
  ['only __typename', '{ __typename }'],
];

function of(__typename: string, fields: object): object {
  return { __typename, ...fields };
}

let service: Service;
const worlds: World[] = [];
beforeAll(async () => {
  service = await startService('embedded');
  for (let world = 0; world < 3; world += 1) worlds.push(await newWorld());
});
afterAll(() => service.stop());

async function newWorld(): Promise<World> {
  const clinic = await service.newClinic();
  const reader = await service.newKey(clinic, { scopes: ['express:read'] });
  const names = ['Anna', 'Berta', 'Carla', 'Äbte', 'Zoe'];
  const ids: string[] = [];
  for (const expressCustomerName of names) {
    const metadata = { a: 'b', name: expressCustomerName };
    const { body } = await service.graphql(clinic, CREATE, { input: { expressCustomerName, metadata } });
    ids.push((body.data!.createExpressCustomer as { expressCustomerId: string }).expressCustomerId);
  }
  const [id] = ids as [string];
  const userId = `usr_${randomUUID().replaceAll('-', '')}`;
  await service.graphql(clinic, ADD, { input: { expressCustomerId: id, userId } });
  return { clinic, reader, id, userId };
}

interface Seen {
  status: number;
  headers: [string, string][];
  text: string;
}

const NEVER_THE_SAME = new Set(['date', 'x-request-id', 'ratelimit', 'content-length']);
const IDS =
  /\b(?:cus|usr|evt)_[0-9a-f]{32}(?:_\d+)?\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\d{4}-\d\d-\d\dT[\d:.]+Z/g;
const CURSORS = /"(cursor|startCursor|endCursor)":"[^"]+"/g;

/** Whether the last request was answered from a kept operation. */
let wasRepeated = false;

async function send(token: string, body: object, more: Record<string, string> = {}): Promise<Seen> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more };
  const answer = await service.request('/graphql', { method: 'POST', headers, body: JSON.stringify(body) });
  wasRepeated = (await service.requestLine(answer)).repeated === true;
  return {
    status: answer.status,
    headers: [...answer.headers].filter(([name]) => !NEVER_THE_SAME.has(name)),
    text: answer.text.replace(IDS, 'id').replace(CURSORS, '"$1":"cursor"'),
  };
}

// Apollo Server ignores a member that no call has, and so takes every call that has one.
const byApollo = { elsewhere: true };

async function both(world: [World, World], body: (world: World) => object, headers?: Record<string, string>) {
  const [left, right] = world;
  const apollo = await send(left.clinic.token, { ...body(left), ...byApollo }, headers);
  expect(wasRepeated).toBe(false);
  const repeated = await send(right.clinic.token, body(right), headers);
  return { apollo, repeated, isRepeated: wasRepeated };
}

it('answers every operation and every error as Apollo Server does, in the same headers and letters', async () => {
  const [apollo, repeated, first] = worlds as [World, World, World];
  const repeatedTitles: string[] = [];
  for (const [title, query, variables, operationName] of CASES) {
    const body = (world: World) => ({ query, ...(variables && { variables: variables(world) }), operationName });
    await send(first.clinic.token, body(first));
    const seen = await both([apollo, repeated], body);
    expect({ title, ...seen.repeated }).toEqual({ title, ...seen.apollo });
    if (seen.isRepeated) repeatedTitles.push(title);
  }
  // What never ran has never been repeated either; of the rest, enough must have been for this to say anything.
  expect(repeatedTitles.length).toBeGreaterThan(40);
});

it.each([
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'text/html, application/json;q=0.9',
  'image/png',
])('answers a caller that accepts %s as Apollo Server does', async (accept) => {
  const pair = worlds.slice(0, 2) as [World, World];
  for (const variables of [{ first: 1 }, { first: 0 }, { first: 'x' }]) {
    const body = () => ({ query: LIST, variables });
    await both(pair, body, { accept });
    const seen = await both(pair, body, { accept });
    expect(seen.repeated).toEqual(seen.apollo);
  }
});

it('refuses a key without the scope as Apollo Server does', async () => {
  const [{ reader }] = worlds as [World];
  const body = { query: CREATE, variables: { input: { expressCustomerName: 'No' } } };
  const apollo = await send(reader.token, { ...body, ...byApollo });
  const repeated = await send(reader.token, body);
  expect(wasRepeated).toBe(true);
  expect(repeated).toEqual(apollo);
  expect(repeated.text).toContain('FORBIDDEN');
});

it('keeps no document that Apollo Server would refuse', async () => {
  const [{ clinic }] = worlds as [World];
  for (const query of [
    '{ nothing }',
    '{',
    'query A { __typename } query B { __typename }',
    'subscription { nothing }',
  ]) {
    await send(clinic.token, { query });
    await send(clinic.token, { query });
    expect(wasRepeated).toBe(false);
  }
});

it.each([
  ['variables do not fit', '', { first: 'x' }, 'BAD_USER_INPUT'],
  ['cost is above the limit', 'users(first: 100) { nodes { userId } }', { first: 100 }, 'QUERY_TOO_COMPLEX'],
])('skips the pipeline from the second call on also where its %s each time', async (_title, field, variables, code) => {
  const [{ clinic }] = worlds as [World];
  const query = `query Refused($first: Int) { expressCustomers(first: $first) { nodes { id ${field} } } }`;
  for (const isRepeated of [false, true]) {
    const { status, text } = await send(clinic.token, { query, variables });
    expect(wasRepeated).toBe(isRepeated);
    expect(status).toBe(400);
    expect(text).toContain(code);
  }
});

it('takes the points of a call once, also where its variables do not fit', async () => {
  const limited = await startService('embedded', { RATE_LIMIT_POINTS: '1000' });
  try {
    const clinic = await limited.newClinic();
    const spent: number[] = [];
    let left = 1_000;
    for (const first of [1, 1, 'x', 'x', 1]) {
      const { headers } = await limited.graphql(clinic, LIST, { first });
      const remaining = Number(/r=(\d+)/.exec(headers.get('ratelimit')!)![1]);
      spent.push(left - remaining);
      left = remaining;
    }
    const [byApollo, repeated, wrong, wrongAgain, last] = spent;
    expect([repeated, last]).toEqual([byApollo, byApollo]);
    expect([wrong, wrongAgain]).toEqual([1, 1]);
  } finally {
    await limited.stop();
  }
});
