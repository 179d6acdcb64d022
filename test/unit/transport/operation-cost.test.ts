import { getVariableValues, parse, validate, type OperationDefinitionNode } from 'graphql';
import { costOf } from '../../../src/transport/graphql/limits/operation-cost.js';
import { buildSchema } from '../../../src/transport/graphql/schema.js';
import { tryCoerceVariables } from '../../../src/transport/graphql/variables.js';

const { executable: schema } = buildSchema();

function coerced(query: string, variables: Record<string, unknown>) {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = document.definitions[0] as OperationDefinitionNode;
  return { document, operation, fitting: tryCoerceVariables(schema, operation, variables) };
}

function cost(query: string, variables: Record<string, unknown> = {}): number {
  const { document, operation, fitting } = coerced(query, variables);
  return costOf(schema, document, operation, fitting!);
}

const PAGES = (definition: string) => `query (${definition}) {
  expressCustomers(first: $n) { nodes { users(first: $n) { nodes { userId } } } }
}`;

describe('a list costs as often as its page is large, however the size is given', () => {
  const costOfPages = (n: number) => 1 + n * (1 + 1 + n);

  it.each([
    [
      'as a literal',
      PAGES('$n: Int = 1')
        .replaceAll('$n)', '7)')
        .replace('$n: Int = 1', '$x: Boolean = true')
        .replace('nodes { userId }', 'nodes { userId @include(if: $x) }'),
      {},
    ],
    ['in a variable', PAGES('$n: Int!'), { n: 7 }],
    ['in a variable that a client holds as a double', PAGES('$n: Int!'), { n: 7.0 }],
    ['by a default', PAGES('$n: Int! = 7'), {}],
    ['in a variable instead of a default', PAGES('$n: Int! = 100'), { n: 7 }],
  ])('%s', (_title, query, variables) => expect(cost(query, variables)).toBe(costOfPages(7)));

  it('and as the field has it by default, when no variable is given', () =>
    expect(cost('query ($n: Int!) { expressCustomers(first: $n) { nodes { id } } }', { n: 20 })).toBe(
      cost('{ expressCustomers { nodes { id } } }'),
    ));
});

describe('entities cost as many as are asked for, however they are given', () => {
  const users = Array.from({ length: 105 }, () => ({ __typename: 'User', userId: 'x' }));
  const literal = `[${users.map(() => '{ __typename: "User", userId: "x" }').join()}]`;
  const selection = '{ ... on User { expressCustomers(first: 5) { nodes { id } } } }';

  it.each([
    ['as a literal', `{ _entities(representations: ${literal}) ${selection} }`, {}],
    ['in a variable', `query ($r: [_Any!]!) { _entities(representations: $r) ${selection} }`, { r: users }],
    ['by a default', `query ($r: [_Any!]! = ${literal}) { _entities(representations: $r) ${selection} }`, {}],
    [
      'in variables for single ones',
      `query ($u: _Any!) { _entities(representations: [${users.map(() => '$u').join()}]) ${selection} }`,
      { u: users[0] },
    ],
  ])('%s', (_title, query, variables) => expect(cost(query, variables)).toBe(105 * (1 + 1 + 5)));
});

it('each mutation of a document costs what it costs alone, in fragments too', () => {
  const create = 'createExpressCustomer(input: { expressCustomerName: "x" }) { id }';
  const alone = cost(`mutation { ${create} }`);
  expect(alone).toBe(11);
  expect(cost(`mutation { a: ${create} b: ${create} c: ${create} }`)).toBe(3 * alone);
  expect(cost(`mutation { ...M } fragment M on Mutation { a: ${create} b: ${create} }`)).toBe(2 * alone);
});

it('a mutation of many items costs what the items cost alone', () => {
  const result = '{ outcome expressCustomer { id } }';
  const item = '{ externalReferenceId: "R" }';
  const alone = cost(`mutation { upsertExpressCustomer(input: ${item}) ${result} }`);
  const many = (items: string) => cost(`mutation { upsertExpressCustomers(inputs: [${items}]) ${result} }`);
  expect(many(item)).toBe(alone);
  expect(many(Array.from({ length: 100 }, () => item).join(' '))).toBe(100 * alone);
});

it('what can hold much weighs more: metadata, and the values before and after a change', () => {
  const page = (fields: string) => cost(`{ expressCustomers(first: 100) { nodes { ${fields} } } }`);
  expect(page('id expressCustomerName')).toBe(101);
  expect(page('metadata')).toBe(1_101);
  const events = (fields: string) =>
    cost(`{ expressCustomer(expressCustomerId: "x") { events(first: 100) { nodes { ${fields} } } } }`);
  expect(events('type')).toBe(102);
  expect(events('changes { before after }')).toBe(2_102);
});

describe("variables that do not fit have no cost, and change nobody else's", () => {
  const query = PAGES('$n: Int! = 100');
  it.each([{ n: null }, { n: 'x' }, { n: {} }, { n: [1, 2] }, { n: 1.5 }])('%j', (wrong) => {
    const before = cost(query);
    expect(coerced(query, wrong).fitting).toBeNull();
    expect(cost(query)).toBe(before);
    expect(before).toBe(1 + 100 * (1 + 1 + 100));
  });
});

it.each([
  [
    'query ($a: Int!, $b: Int = 5, $c: String) { expressCustomers(first: $a) { nodes { users(first: $b, after: $c) { nodes { userId } } } } }',
    { a: 1 },
  ],
  ['query ($f: ExpressCustomerFilter = { nameContains: "x" }) { expressCustomers(filter: $f) { nodes { id } } }', {}],
  [
    'query ($f: ExpressCustomerFilter) { expressCustomers(filter: $f) { nodes { id } } }',
    { f: { metadata: { a: 'b' } } },
  ],
  ['query ($f: ExpressCustomerFilter) { expressCustomers(filter: $f) { nodes { id } } }', { f: null }],
  [
    'query ($r: [_Any!]! = [{ __typename: "User", userId: "x" }]) { _entities(representations: $r) { __typename } }',
    {},
  ],
  ['query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', { r: { __typename: 'User' } }],
  ['query ($n: Int!) { expressCustomers(first: $n) { nodes { id } } }', {}],
  ['query ($n: Int!) { expressCustomers(first: $n) { nodes { id } } }', { n: 2 ** 31 }],
])('coerces variables as graphql-js does: %s', (query, variables) => {
  const { operation, fitting } = coerced(query, variables);
  const theirs = getVariableValues(schema, operation.variableDefinitions ?? [], variables).coerced;
  expect(fitting).toEqual(theirs ?? null);
});

it('100 items cost less than one operation may, with all that their results hold', () => {
  const results =
    '{ outcome expressCustomer { id metadata } errors { code message currentVersion fields { path code message } } }';
  const items = Array.from({ length: 100 }, () => '{ externalReferenceId: "R" }').join(' ');
  expect(cost(`mutation { upsertExpressCustomers(inputs: [${items}]) ${results} }`)).toBeLessThan(5_000);
});
