import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onEachEngine } from '../support/engines.js';
import { inFolder } from '../support/clients/manifests.js';
import { startService, type Answer, type Clinic, type Service } from '../support/service.js';
import { statementsOf } from '../support/statements.js';
import { newUserId } from '../support/world.js';

const run = promisify(execFile);

// What docs/graphql.md says to add to schema.graphql.
const NODE_FIELDS = 'node(id: ID!): Node nodes(ids: [ID!]!): [Node]!';

const ARGUMENTS = '@argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })';
const DOCUMENTS = [
  'query PageQuery($id: ID!) { expressCustomer(expressCustomerId: $id) { ...Page_customer ...Page_history } }',
  `fragment Page_customer on ExpressCustomer ${ARGUMENTS} @refetchable(queryName: "PageUsersQuery") {
    expressCustomerName metadata createdAt
    users(first: $first, after: $after) @connection(key: "Page_users") { edges { addedAt node { id ...Page_user } } } }`,
  `fragment Page_user on User ${ARGUMENTS} @refetchable(queryName: "PageUserQuery") {
    expressCustomers(first: $first, after: $after) @connection(key: "Page_expressCustomers") { edges { node { id expressCustomerName } } } }`,
  `fragment Page_history on ExpressCustomer ${ARGUMENTS} @refetchable(queryName: "PageEventsQuery") {
    events(first: $first, after: $after) @connection(key: "Page_events") { edges { node { id type changes { path } } } } }`,
];

/** What relay-compiler writes: the documents that it persists, by id, and the generated types of a fragment. */
const compile = () =>
  inFolder(async (folder) => {
    await mkdir(join(folder, 'src'));
    const composed = await readFile('schema.graphql', 'utf8');
    await writeFile(join(folder, 'schema.graphql'), composed.replace(/^type Query {/m, `$& ${NODE_FIELDS}`));
    await writeFile(join(folder, 'persisted.json'), '{}');
    await writeFile(join(folder, 'src/Page.ts'), DOCUMENTS.map((text) => `graphql\`${text}\`;`).join('\n'));
    const config = {
      ...{ src: './src', schema: './schema.graphql', language: 'typescript', eagerEsModules: false },
      persistConfig: { file: './persisted.json' },
      customScalarTypes: { JSON: 'Record<string, string>', DateTime: 'string' },
    };
    await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
    const compiler = require.resolve('relay-compiler/cli.js');
    await run(process.execPath, [compiler, 'relay.config.json'], { cwd: folder });
    const persisted = await readFile(join(folder, 'persisted.json'), 'utf8');
    const types = await readFile(join(folder, 'src/__generated__/Page_customer.graphql.ts'), 'utf8');
    return { persisted, types };
  });

const CREATE =
  'mutation ($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { id events { nodes { id eventId } } } }';
const ADD = 'mutation ($input: AddUserToExpressCustomerInput!) { addUserToExpressCustomer(input: $input) { id } }';

interface Filled {
  id: string;
  userId: string;
  eventId: string;
}

async function fill(service: Service, clinic: Clinic): Promise<Filled> {
  const input = { expressCustomerName: 'Anna', metadata: { region: 'north' } };
  const { body } = await service.graphql(clinic, CREATE, { input });
  const { id, events } = body.data!.createExpressCustomer;
  const userId = newUserId();
  await service.graphql(clinic, ADD, { input: { expressCustomerId: id, userId } });
  expect(events.nodes[0].id).toBe(events.nodes[0].eventId);
  return { id, userId, eventId: events.nodes[0].id };
}

it('lets relay-compiler compile nested connections that are fetched again by id, and runs what it persists', async () => {
  const { persisted, types } = await compile();
  expect(types).toContain('readonly metadata: Record<string, string>');
  expect(types).toContain('readonly createdAt: string');
  await inFolder(async (folder) => {
    const file = join(folder, 'persisted.json');
    await writeFile(file, persisted);
    const service = await startService('embedded', { TRUSTED_DOCUMENTS: file });
    try {
      await runPersisted(service, Object.entries(JSON.parse(persisted) as Record<string, string>));
    } finally {
      await service.stop();
    }
  });
});

async function runPersisted(service: Service, persisted: [id: string, text: string][]): Promise<void> {
  const clinic = await service.newClinic();
  const { id, userId } = await fill(service, clinic);
  const send = async (name: string, variables: object): Promise<Answer> => {
    const [sha256Hash] = persisted.find(([, text]) => new RegExp(`query ${name}\\b`).test(text))!;
    const headers = { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ variables, extensions: { persistedQuery: { version: 1, sha256Hash } } });
    return service.request('/graphql', { method: 'POST', headers, body });
  };
  const page = await send('PageQuery', { id });
  const { users: firstUsers, events: firstEvents } = page.body.data!.expressCustomer;
  expect(firstUsers.edges[0].node).toMatchObject({ id: userId, expressCustomers: { edges: [{ node: { id } }] } });
  expect(firstEvents.edges).toHaveLength(2);
  const users = await send('PageUsersQuery', { id, first: 1 });
  expect(users.body.data!.node).toMatchObject({ __typename: 'ExpressCustomer', users: { edges: [{}] } });
  const again = await send('PageUserQuery', { id: userId });
  expect(again.body.data!.node).toMatchObject({ __typename: 'User', expressCustomers: { edges: [{}] } });
  const events = await send('PageEventsQuery', { id, first: 1 });
  expect(events.body.data!.node.events.edges).toHaveLength(1);
  expect((await service.requestLine(events)).repeated).toBe(true);
}

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

  const NODES = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id
    ... on ExpressCustomer { expressCustomerName } ... on ExpressCustomerEvent { type expressCustomerId } ... on User { userId } } }`;
  const NODE = 'query ($id: ID!) { node(id: $id) { __typename id } }';

  it('finds objects of each type by their ids, in the order of the ids, by one statement per type', async () => {
    const [one, two] = [await fill(service, clinic), await fill(service, clinic)];
    const ids = [two.eventId, one.userId, one.id, 'unknown', two.id, one.eventId, one.id];
    const statements = statementsOf(service.dataSource);
    const { body } = await service.graphql(clinic, NODES, { ids });
    const event = (of: Filled) => ({
      ...{ __typename: 'ExpressCustomerEvent', id: of.eventId, expressCustomerId: of.id },
      type: 'express_customer.created',
    });
    const customer = (of: Filled) => ({ __typename: 'ExpressCustomer', id: of.id, expressCustomerName: 'Anna' });
    const user = { __typename: 'User', id: one.userId, userId: one.userId };
    expect(body.data!.nodes).toEqual([event(two), user, customer(one), null, customer(two), event(one), customer(one)]);
    expect(statements.filter((statement) => statement.includes('FROM unnest'))).toHaveLength(2);
  });

  it("answers another clinic's ids like unknown and malformed ones", async () => {
    const stranger = await service.newClinic();
    const foreign = await fill(service, stranger);
    const malformed = [
      '',
      '\0',
      'evt_x_1',
      foreign.eventId.replace(/_1$/, '_9'),
      foreign.eventId.replace(/_1$/, '_01'),
    ];
    const unknown = [`cus_${'0'.repeat(32)}`, `evt_${'0'.repeat(32)}_1`, ...malformed];
    for (const id of [foreign.id, foreign.eventId, ...unknown]) {
      expect((await service.graphql(clinic, NODE, { id })).text).toBe('{"data":{"node":null}}\n');
      expect((await service.graphql(clinic, NODES, { ids: [id] })).text).toBe('{"data":{"nodes":[null]}}\n');
    }
    expect((await service.graphql(stranger, NODE, { id: foreign.id })).body.data!.node.id).toBe(foreign.id);
  });

  it('needs the scope to read, for every kind of id', async () => {
    const { id, userId, eventId } = await fill(service, clinic);
    const writer = await service.newKey(clinic, { scopes: ['express:write'] });
    for (const one of [id, userId, eventId, 'unknown'])
      expect((await service.graphql(writer, NODE, { id: one })).body.errors![0]!.extensions.code).toBe('FORBIDDEN');
  });

  it('takes at most 100 ids, and costs as many objects as there are ids', async () => {
    const ids = (count: number) => Array.from({ length: count }, () => 'unknown');
    expect((await service.graphql(clinic, NODES, { ids: ids(100) })).body.data!.nodes).toHaveLength(100);
    const { body } = await service.graphql(clinic, NODES, { ids: ids(101) });
    expect(body.errors![0]!.extensions.code).toBe('QUERY_TOO_COMPLEX');
    const nested =
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ExpressCustomer { users(first: 100) { nodes { id } } } } }';
    const costly = await service.graphql(clinic, nested, { ids: ids(100) });
    expect(costly.body.errors![0]!.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', limit: 10_000 });
  });

  it('resolves the references of routers by id as well', async () => {
    const { id, userId } = await fill(service, clinic);
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) {
      ... on ExpressCustomer { expressCustomerName } ... on User { userId } } }`;
    const users = [userId, 'x'].map((one) => ({ __typename: 'User', id: one }));
    const { body } = await service.graphql(clinic, query, { of: [{ __typename: 'ExpressCustomer', id }, ...users] });
    expect(body.data!._entities).toEqual([{ expressCustomerName: 'Anna' }, { userId }, null]);
  });
});
