import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  buildASTSchema,
  parse,
  print,
  printSchema,
  type ASTNode,
  type DirectiveNode,
  type GraphQLSchema,
} from 'graphql';
import { describeMissing } from '../../scripts/missing-descriptions.js';
import { FEDERATION_DEFINITIONS } from '../../src/transport/graphql/federation.js';
import { buildSchema } from '../../src/transport/graphql/schema.js';

const { executable, text } = buildSchema();

/** A part of a schema's text that may have a type, a default and directives. */
interface Part {
  type?: ASTNode;
  defaultValue?: ASTNode | undefined;
  directives?: readonly DirectiveNode[] | undefined;
}
interface Named extends Part {
  name: { value: string };
  arguments?: readonly Named[];
}

/** One line a definition, field, argument and value: its type, default and directives; no descriptions. */
function promisesOf(sdl: string): string[] {
  const line = (place: string, { type, defaultValue, directives = [] }: Part) =>
    [
      place,
      ...(type ? [print(type)] : []),
      ...(defaultValue ? ['=', print(defaultValue)] : []),
      ...directives.map(print).sort(),
    ].join(' ');
  return parse(sdl).definitions.flatMap((definition) => {
    // Whether the root is extended or defined says the same.
    if (!('name' in definition)) return [line('schema', definition)];
    const type = definition as Named & { fields?: readonly Named[]; values?: readonly Named[] };
    const place = `${definition.kind} ${type.name.value}`;
    const { directives = [], ...bare } = type;
    return [
      // One line per directive: a type may get another key.
      line(place, bare),
      ...directives.map((directive) => line(place, { directives: [directive] })),
      ...(type.values ?? []).map((value) => line(`${place}.${value.name.value}`, value)),
      ...(type.fields ?? []).flatMap((field) => [
        line(`${place}.${field.name.value}`, { ...field }),
        ...(field.arguments ?? []).map((argument) =>
          line(`${place}.${field.name.value}(${argument.name.value})`, argument),
        ),
      ]),
    ];
  });
}

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

it('keeps the published contract: every name, nullability, argument, default and directive', () => {
  const promised = promisesOf(readFileSync('test/contract/contract.graphql', 'utf8'));
  expect(promised.length).toBeGreaterThan(100);
  expect(promisesOf(text)).toEqual(expect.arrayContaining(promised));
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

// Apollo's library defines every directive of the specification, used or not, and describes the purposes of links.
const isOfFederation = (fact: string): boolean => /\b(federation|link)__/.test(fact);
// Served, and left out of the text (decision 0049).
const isNodeField = (fact: string): boolean => /^Query\.nodes?\b/.test(fact);
const ownFacts = (schema: GraphQLSchema): string[] =>
  facts(schema).filter((fact) => !isOfFederation(fact) && !isNodeField(fact));

it("is the subgraph that Apollo's library makes of its text", () => {
  const reference = buildSubgraphSchema({ typeDefs: parse(text) });
  expect(ownFacts(executable).sort()).toEqual(ownFacts(reference).sort());
  const directives = (schema: GraphQLSchema) => printSchema(schema).match(/^directive .*$/gm);
  expect(directives(reference)).toEqual(expect.arrayContaining(directives(executable)!));
  expect(text).toContain('https://specs.apollo.dev/federation/v2.9');
});

it('uses each directive as it is defined', () => {
  expect(() => buildASTSchema(parse(text + FEDERATION_DEFINITIONS))).not.toThrow();
});
