import { readFileSync } from 'node:fs';
import { buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLObjectType } from 'graphql';
import { buildASTSchema, parse, type GraphQLSchema } from 'graphql';
import { describeMissing } from '../../src/cli/missing-descriptions.js';
import { buildSchema } from '../../src/transport/schema.js';

const { executable, text } = buildSchema();

// What the published contract fixes: names, nullability, arguments and their defaults. Every other field may come and go.
const CONTRACT = `
  scalar DateTime
  scalar JSON
  type Query {
    expressCustomer(expressCustomerId: ID!): ExpressCustomer
    expressCustomers(first: Int! = 20, after: String, orderBy: ExpressCustomerOrder! = CREATED_AT_DESC): ExpressCustomerConnection!
  }
  type Mutation {
    createExpressCustomer(input: CreateExpressCustomerInput!): ExpressCustomer!
  }
  type ExpressCustomer {
    id: ID!
    expressCustomerId: ID!
    expressCustomerName: String!
    isActive: Boolean!
    userCount: Int!
    metadata: JSON!
    version: Int!
    createdAt: DateTime!
    updatedAt: DateTime!
    createdByApiKeyId: ID
    createdByUserId: ID
  }
  input CreateExpressCustomerInput {
    expressCustomerName: String!
    metadata: JSON
  }
  enum ExpressCustomerOrder { CREATED_AT_ASC CREATED_AT_DESC NAME_ASC NAME_DESC }
  type PageInfo {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
  type ExpressCustomerConnection {
    edges: [ExpressCustomerEdge!]!
    nodes: [ExpressCustomer!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }
  type ExpressCustomerEdge { cursor: String! node: ExpressCustomer! }
`;

interface Member {
  type?: unknown;
  defaultValue?: unknown;
  args?: readonly (Member & { name: string })[];
}

/** One line per member, such as `Query.expressCustomers(first): Int! = 20`. */
function facts(schema: GraphQLSchema): string[] {
  const line = (place: string, { type, defaultValue }: Member) =>
    `${place}: ${String(type)}${defaultValue === undefined ? '' : ` = ${JSON.stringify(defaultValue)}`}`;
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if ('getValues' in type) return type.getValues().map(({ name }) => `${type.name}.${name}`);
    const fields =
      'getFields' in type ? Object.values(type.getFields() as Record<string, Member & { name: string }>) : [];
    return [
      `${type.constructor.name} ${type.name}`,
      ...fields.flatMap((field) => [
        line(`${type.name}.${field.name}`, field),
        ...(field.args ?? []).map((argument) => line(`${type.name}.${field.name}(${argument.name})`, argument)),
      ]),
    ];
  });
}

it('is committed as it is printed', () => {
  expect(readFileSync('schema.graphql', 'utf8')).toBe(text);
});

it('holds to the published contract in names, nullability, arguments and defaults', () => {
  const promised = facts(buildASTSchema(parse(CONTRACT))).filter(
    (fact) => !/ __| (String|Boolean|ID|Int)$|^__/.test(fact),
  );
  expect(promised.length).toBeGreaterThan(30);
  expect(facts(executable)).toEqual(expect.arrayContaining(promised));
});

it('asks for nothing more than the contract does in a create', () => {
  const input = executable.getType('CreateExpressCustomerInput') as unknown as GraphQLObjectType;
  const required = Object.values(input.getFields()).filter(({ type }) => String(type).endsWith('!'));
  expect(required.map(({ name }) => name)).toEqual(['expressCustomerName']);
});

it('describes every type, field, argument and enum value', () => {
  expect(describeMissing(executable)).toEqual([]);
});

it('says which descriptions are missing', () => {
  const bare = buildASTSchema(
    parse(`"Said." type Query { a(b: Int): Int "Said." c: Int } enum E { X } input I { f: Int }`),
  );
  expect(describeMissing(bare)).toEqual([
    'Query.a has no description',
    'Query.a(b) has no description',
    'E has no description',
    'E.X has no description',
    'I has no description',
    'I.f has no description',
  ]);
});

it('is a Federation 2 subgraph that prints and reads back the same', () => {
  const again = buildSubgraphSchema({ typeDefs: parse(printSubgraphSchema(executable)) });
  expect(facts(again).sort()).toEqual(facts(executable).sort());
  expect(text).toContain('https://specs.apollo.dev/federation/v2.9');
});
