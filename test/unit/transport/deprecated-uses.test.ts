import { buildSchema, getOperationAST, parse, validate } from 'graphql';
import { findDeprecatedParts, listDeprecatedUses } from '../../../src/transport/graphql/deprecated-uses.js';

const OLD = '@deprecated(reason: "Removed on 2027-12-01: use the new one.")';
const SDL = `
  enum Order { NEW OLD ${OLD} }
  input Filter { name: String, text: String ${OLD}, any: [Filter!], order: Order }
  interface Named { name: String ${OLD} }
  type Thing implements Named { id: ID, name: String, title: String, old(all: Boolean): String ${OLD} }
  type Query {
    thing(id: ID): Thing
    named: Named
    things(filter: Filter, limit: Int ${OLD}, order: Order = NEW, ids: [ID]): [Thing]
  }
  type Mutation { change(filters: [Filter!]!): Thing }`;
const schema = buildSchema(SDL);

function usesOf(source: string, variables?: Record<string, unknown>, of = schema): readonly string[] | null {
  const document = parse(source);
  expect(validate(of, document)).toEqual([]);
  const parts = findDeprecatedParts(of, document, getOperationAST(document, 'Called') ?? getOperationAST(document)!);
  return parts && listDeprecatedUses(parts, variables);
}

it.each([
  ['a field', '{ thing { id old } }', ['Thing.old']],
  ['a field twice, by other names', '{ thing { one: old two: old(all: true) } }', ['Thing.old']],
  ['a field in a fragment', '{ thing { ...F } } fragment F on Thing { old }', ['Thing.old']],
  ['a field in an inline fragment', '{ named { ... on Thing { old } } }', ['Thing.old']],
  ['a field of an interface', '{ named { name } }', ['Named.name']],
  ['an argument', '{ things(limit: 1) { id } }', ['Query.things(limit:)']],
  ['an input field', '{ things(filter: { text: "a" }) { id } }', ['Filter.text']],
  ['an input field deep down', '{ things(filter: { any: [{ any: { text: null } }] }) { id } }', ['Filter.text']],
  ['an enum value', '{ things(order: OLD) { id } }', ['Order.OLD']],
  ['what is under a condition', '{ thing { old @skip(if: true) } }', ['Thing.old']],
])('of a document, %s is named', (_title, source, expected) => {
  expect(usesOf(source)).toEqual(expected);
});

it.each([
  ['fields and arguments that stay', '{ thing(id: "1") { id name } things(order: NEW, filter: { name: "a" }) { id } }'],
  ['a string that is called like an enum value', '{ things(filter: { name: "OLD" }) { id } }'],
  ['another operation of the document', 'query Other { thing { old } } query Called { thing { id } }'],
  ['introspection', '{ __schema { types { fields(includeDeprecated: true) { deprecationReason } } } }'],
])('%s are no uses', (_title, source) => {
  expect(usesOf(source)).toBeNull();
});

const BY_FILTER = 'query ($filter: Filter) { things(filter: $filter) { id } }';
it.each([
  [{}, []],
  [undefined, []],
  [{ filter: null }, []],
  [{ filter: { name: 'a', order: 'NEW', any: [] } }, []],
  [{ filter: { text: null } }, ['Filter.text']],
  [{ filter: { any: [{ name: 'a' }, { any: { order: 'OLD', text: 'b' } }] } }, ['Filter.text', 'Order.OLD']],
  // What does not fit is refused elsewhere.
  [{ filter: 'text' }, []],
  [{ filter: { any: [null, 5, [{ text: 'a' }]], order: ['OLD'] } }, []],
  [{ other: { text: 'a' } }, []],
])('of the variables %j, the deprecated ones are %j', (variables, expected) => {
  expect(usesOf(BY_FILTER, variables)).toEqual(expected);
});

it('names uses of document and variables once each', () => {
  const source = 'mutation ($filters: [Filter!]!) { change(filters: $filters) { old } }';
  const filters = [{ text: 'a' }, { text: 'b' }, { any: [{ text: 'c' }] }];
  expect(usesOf(source, { filters })).toEqual(['Thing.old', 'Filter.text']);
  expect(usesOf(source, { filters: [] })).toEqual(['Thing.old']);
});

it('finds nothing in a schema without anything deprecated', () => {
  const plain = buildSchema(SDL.replaceAll(OLD, ''));
  expect(usesOf('{ thing { old } }', {}, plain)).toBeNull();
});
