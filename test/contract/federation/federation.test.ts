import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onEachEngine } from '../../support/engines.js';
import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';
import { statementsOf } from '../../support/statements.js';
import { newUserId } from '../../support/world.js';

const { users, studies, startSubgraph } = require('../../../examples/supergraph/subgraphs.cjs');
const { compose, startGateway } = require('../../../examples/supergraph/gateway.cjs');

const ENTITIES = `query($r: [_Any!]!) { _entities(representations: $r) {
  __typename
  ... on ExpressCustomer { expressCustomerId expressCustomerName }
  ... on User { userId expressCustomers { totalCount nodes { expressCustomerName } } }
} }`;

const customerKey = (expressCustomerId: unknown) => ({ __typename: 'ExpressCustomer', expressCustomerId });

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  async function create(clinic: Clinic, expressCustomerName: string): Promise<string> {
    const document = 'mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { id } }';
    const { body } = await service.graphql(clinic, document, { input: { expressCustomerName } });
    return body.data!.createExpressCustomer.id as string;
  }
  const entities = (clinic: Clinic, r: unknown): Promise<Answer> => service.graphql(clinic, ENTITIES, { r });

  it('resolves 100 representations by one statement, in their order', async () => {
    const clinic = await service.newClinic();
    const ids: string[] = [];
    for (let index = 0; index < 100; index += 1) ids.push(await create(clinic, `Entity ${index}`));
    const wanted = [...ids].reverse();
    const statements = statementsOf(service.dataSource);
    const { body } = await entities(clinic, wanted.map(customerKey));
    expect(body.data!._entities.map((entity: { expressCustomerId: string }) => entity.expressCustomerId)).toEqual(
      wanted,
    );
    expect(statements.filter((statement) => statement.includes('express_customers'))).toHaveLength(1);
  });

  it('puts null in the place of an unknown, a malformed and a foreign customer', async () => {
    const [clinic, stranger] = [await service.newClinic(), await service.newClinic()];
    const [own, foreign] = [await create(clinic, 'Own'), await create(stranger, 'Foreign')];
    const keys = [`cus_${'0'.repeat(32)}`, own, foreign, 'cus_1', null, '\0', 5].map(customerKey);
    const { status, body } = await entities(clinic, keys);
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        _entities: [
          null,
          { __typename: 'ExpressCustomer', expressCustomerId: own, expressCustomerName: 'Own' },
          null,
          null,
          null,
          null,
          null,
        ],
      },
    });
  });

  it.each([
    ['an unknown type', { __typename: 'Study', studyId: '1' }],
    ['no type', { expressCustomerId: 'cus_1' }],
    ['a scalar', { __typename: 'String' }],
    ['no key', { __typename: 'ExpressCustomer' }],
    ['a string', 'x'],
  ])('refuses a representation with %s as bad input, naming its place', async (_, representation) => {
    const clinic = await service.newClinic();
    const { body } = await entities(clinic, [customerKey('cus_1'), representation]);
    expect(body.errors![0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: ['representations', 1, expect.any(String)] }],
    });
  });

  it('puts null in the place of an entity whose key is no string, in a variable and in the document alike', async () => {
    const clinic = await service.newClinic();
    // Deeper than JSON.stringify can go.
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const keys: unknown[] = [
      { toString: 1 },
      { a: 1 },
      { valueOf: null, toString: null },
      ['cus_1'],
      'DEEP',
      1e300,
      true,
      null,
    ];
    const representations = keys.flatMap((key) => [customerKey(key), { __typename: 'User', userId: key }]);
    const inVariables = await service.request('/graphql', {
      method: 'POST',
      headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: ENTITIES, variables: { r: representations } }).replaceAll('"DEEP"', deep),
    });
    expect(inVariables.body).toEqual({ data: { _entities: representations.map(() => null) } });
    const literal = (key: string) =>
      ENTITIES.replace('$r)', `[{ __typename: "ExpressCustomer", expressCustomerId: ${key} }])`);
    for (const key of [
      '{ toString: 1 }',
      '{ a: 1 }',
      '["cus_1"]',
      `${'['.repeat(400)}${']'.repeat(400)}`,
      '1',
      'null',
    ]) {
      const { body } = await service.graphql(clinic, literal(key).replace('query($r: [_Any!]!)', 'query'));
      expect(body).toEqual({ data: { _entities: [null] } });
    }
  });

  it('needs the scope to read, and refuses more than 1,000 representations', async () => {
    const clinic = await service.newClinic(['express:write']);
    expect((await entities(clinic, [customerKey('cus_1')])).body.errors![0]!.extensions.code).toBe('FORBIDDEN');
    const reader = await service.newClinic();
    const many = await entities(
      reader,
      Array.from({ length: 1_001 }, () => customerKey('cus_1')),
    );
    expect(many.body.errors![0]!.extensions.code).toBe('QUERY_TOO_COMPLEX');
  });

  it("adds a user's customers of the caller's clinic, newest first, and asks nobody whether the user exists", async () => {
    const [clinic, stranger] = [await service.newClinic(), await service.newClinic()];
    const userId = newUserId();
    const add =
      'mutation($input: AddUserToExpressCustomerInput!) { addUserToExpressCustomer(input: $input) { userCount } }';
    for (const [who, name] of [
      [clinic, 'First'],
      [stranger, 'Elsewhere'],
      [clinic, 'Second'],
    ] as const) {
      await service.graphql(who, add, { input: { expressCustomerId: await create(who, name), userId } });
    }
    const { body } = await entities(clinic, [
      { __typename: 'User', userId },
      { __typename: 'User', userId: newUserId() },
      { __typename: 'User', userId: 'x' },
    ]);
    const [known, unknown, malformed] = body.data!._entities;
    expect(known.expressCustomers).toEqual({
      totalCount: 2,
      nodes: [{ expressCustomerName: 'Second' }, { expressCustomerName: 'First' }],
    });
    expect(unknown.expressCustomers).toEqual({ totalCount: 0, nodes: [] });
    expect(malformed).toBeNull();
  });

  it('asks for the customers of 100 users by one statement, and for their number by one more', async () => {
    const clinic = await service.newClinic();
    const users = Array.from({ length: 100 }, newUserId);
    const add =
      'mutation($input: AddUserToExpressCustomerInput!) { addUserToExpressCustomer(input: $input) { userCount } }';
    for (let at = 0; at < 6; at += 1) {
      const expressCustomerId = await create(clinic, `Shared ${at}`);
      for (const userId of users.slice(0, at))
        await service.graphql(clinic, add, { input: { expressCustomerId, userId } });
    }
    const statements = statementsOf(service.dataSource);
    const { body } = await entities(
      clinic,
      users.map((userId) => ({ __typename: 'User', userId })),
    );
    expect(statements.filter((statement) => statement.includes('express_customer_users'))).toHaveLength(2);
    const namesOf = (first: number) => Array.from({ length: 6 - first }, (_, at) => `Shared ${5 - at}`);
    const found = body.data!._entities.map(({ expressCustomers: { totalCount, nodes } }: any) => [
      totalCount,
      nodes.map(({ expressCustomerName }: any) => expressCustomerName),
    ]);
    expect(found).toEqual(users.map((_, at) => (at < 5 ? [5 - at, namesOf(at + 1)] : [0, []])));
  });

  it('gives a router the schema that is committed', async () => {
    const clinic = await service.newClinic();
    const { body } = await service.graphql(clinic, '{ _service { sdl } }');
    const committed = await readFile(join(__dirname, '../../../schema.graphql'), 'utf8');
    const composed = [body.data!._service.sdl as string, committed].map((sdl) =>
      compose([{ name: 'express-customers', url: '', typeDefs: sdl }]),
    );
    expect(composed[0]).toBe(composed[1]);
  });

  it('answers a query across three subgraphs through a real gateway', async () => {
    const clinic = await service.newClinic();
    const expressCustomerId = await create(clinic, 'Crossing');
    const userId = newUserId();
    const add =
      'mutation($input: AddUserToExpressCustomerInput!) { addUserToExpressCustomer(input: $input) { userCount } }';
    await service.graphql(clinic, add, { input: { expressCustomerId, userId } });
    const running = await Promise.all(
      [users, studies].map(async (subgraph) => ({ ...subgraph, ...(await startSubgraph(subgraph)) })),
    );
    const typeDefs = await readFile(join(__dirname, '../../../schema.graphql'), 'utf8');
    const gateway = await startGateway([
      { name: 'express-customers', url: `${service.url}/graphql`, typeDefs },
      ...running,
    ]);
    try {
      const query = `query($id: ID!, $userId: ID!) {
        expressCustomer(expressCustomerId: $id) {
          expressCustomerName
          users { nodes { name } }
          studies { title expressCustomer { expressCustomerName } }
        }
        user(userId: $userId) { name expressCustomers { nodes { expressCustomerName } } }
      }`;
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${clinic.token}` },
        body: JSON.stringify({ query, variables: { id: expressCustomerId, userId } }),
      });
      const name = `Dr. ${userId.slice(4, 8)}`;
      expect(await response.json()).toEqual({
        data: {
          expressCustomer: {
            expressCustomerName: 'Crossing',
            users: { nodes: [{ name }] },
            studies: [{ title: 'CT of the chest', expressCustomer: { expressCustomerName: 'Crossing' } }],
          },
          user: { name, expressCustomers: { nodes: [{ expressCustomerName: 'Crossing' }] } },
        },
      });
    } finally {
      await gateway.stop();
      for (const subgraph of running) await subgraph.stop();
    }
  });
});
