import {
  buildSchema,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  parse,
  type OperationDefinitionNode,
} from 'graphql';
import { KeptOperations } from '../../../src/transport/graphql/kept-operations.js';

const schema = buildSchema('type Query { a: String, b: String }');

function keep(operations: KeptOperations, source: string): string {
  const document = parse(source);
  operations.keep(source, document, document.definitions[0] as OperationDefinitionNode);
  return source;
}

it('keeps a document by its text, with what is logged of it', () => {
  const operations = new KeptOperations(schema);
  keep(operations, '{ a b }');
  expect(operations.find('{ a b }')).toMatchObject({ rootFields: 'a,b' });
  expect(operations.find('{ a  b }')).toBeUndefined();
});

it('weighs documents by tokens, so that a few dense ones displace what many short ones would not', () => {
  const dense = (number: number) => `query Dense${number} { ${'a '.repeat(990)} }`;
  const operations = new KeptOperations(schema);
  const first = keep(operations, '{ a }');
  for (let number = 0; number < 100; number += 1) keep(operations, `query Short${number} { a b }`);
  expect(operations.find(first)).toBeDefined();
  const all = Array.from({ length: 100 }, (_, number) => keep(operations, dense(number)));
  expect(operations.find(first)).toBeUndefined();
  const kept = all.filter((source) => operations.find(source) !== undefined);
  expect(kept.length).toBeGreaterThan(2);
  expect(kept.length).toBeLessThan(10);
  expect(kept).toContain(all.at(-1));
});

it('keeps no operation that the schema cannot execute', () => {
  const operations = new KeptOperations(schema);
  expect(operations.find(keep(operations, 'subscription { a }'))).toBeUndefined();
});

it('refuses a schema whose types decide by isTypeOf, which plans do not call', () => {
  const query = new GraphQLObjectType({ name: 'Query', fields: { a: { type: GraphQLString } }, isTypeOf: () => true });
  expect(() => new KeptOperations(new GraphQLSchema({ query }))).toThrow(/isTypeOf/);
});
