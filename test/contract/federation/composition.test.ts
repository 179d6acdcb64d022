import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { composeServices } from '@apollo/composition';
import { parse, print, visit } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { buildSchema } from '../../../src/transport/graphql/schema.js';

const express = { name: 'express-customers', url: 'http://127.0.0.1:1/graphql', typeDefs: parse(buildSchema().text) };

// The subgraphs of the example: one owns users, one refers to customers by their key and adds a field to them.
const [users, studies] = ['users', 'studies'].map((name) => ({
  name,
  url: `http://${name}/graphql`,
  typeDefs: parse(readFileSync(`examples/supergraph/${name}.graphql`, 'utf8')),
})) as [typeof express, typeof express];

const SUBGRAPH = /@join__graph\(name: "([^"]+)"/g;

describe('composition', () => {
  it("calls this subgraph alike in every file that routers read, so that the caller's header reaches it", async () => {
    const deployed = await readFile('deploy/router/supergraph.graphql', 'utf8');
    const example = parseYaml(await readFile('examples/supergraph/supergraph.yaml', 'utf8'));
    const router = parseYaml(await readFile('examples/supergraph/router.yaml', 'utf8'));
    expect([...deployed.matchAll(SUBGRAPH)].map(([, name]) => name)).toEqual([express.name]);
    expect(Object.keys(example.subgraphs)).toContain(express.name);
    for (const part of [
      router.headers.subgraphs,
      router.traffic_shaping.subgraphs,
      router.include_subgraph_errors.subgraphs,
    ])
      expect(Object.keys(part)).toEqual([express.name]);
  });

  it('composes with the subgraphs of the example without errors or hints', () => {
    const { errors, hints, supergraphSdl } = composeServices([express, users, studies]);
    expect(errors ?? []).toEqual([]);
    expect((hints ?? []).map(({ message }) => message)).toEqual([]);
    expect(supergraphSdl).toContain('ExpressCustomer');
  });

  it('gives routers the size of every list and the price of counting', () => {
    const { supergraphSdl } = composeServices([express, users, studies]);
    const directives = new Map<string, string[]>();
    visit(parse(supergraphSdl!), {
      FieldDefinition: (field) => void directives.set(field.name.value, (field.directives ?? []).map(print)),
    });
    const size =
      '@listSize(slicingArguments: ["first"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false)';
    for (const list of ['expressCustomers', 'users', 'events']) expect(directives.get(list)).toContain(size);
    expect(directives.get('totalCount')).toContain('@cost(weight: 10)');
  });

  it('is what the router of deploy/compose.yaml serves (UPDATE=1 renews its file)', async () => {
    const file = 'deploy/router/supergraph.graphql';
    const { supergraphSdl } = composeServices([{ ...express, url: 'http://service:4000/graphql' }]);
    if (process.env.UPDATE === '1') await writeFile(file, supergraphSdl!);
    expect(await readFile(file, 'utf8')).toBe(supergraphSdl);
  });

  const relay = (mark: string) => ({
    ...{ name: 'studies', url: 'http://studies/graphql' },
    typeDefs: parse(`extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@inaccessible"])
      interface Node { id: ID! }
      type Study implements Node @key(fields: "id") { id: ID! customer: ExpressCustomer }
      type ExpressCustomer @key(fields: "id", resolvable: false) { id: ID! }
      type Query { node(id: ID!): Node ${mark} nodes(ids: [ID!]!): [Node]! ${mark} }`),
  });

  it("composes with a subgraph that has Relay's node fields of its own and refers to customers by id", () => {
    for (const mark of ['', '@shareable']) {
      const { errors, supergraphSdl } = composeServices([express, relay(mark)]);
      expect(errors ?? []).toEqual([]);
      expect(supergraphSdl).toContain('type ExpressCustomer implements Node');
    }
  });

  it('composes with a subgraph of the platform that has API keys of its own', () => {
    const platform = {
      ...{ name: 'platform', url: 'http://platform/graphql' },
      typeDefs: parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
        enum ApiKeyState { ON OFF }
        type ApiKey @key(fields: "id") { id: ID! label: String state: ApiKeyState }
        type ApiKeyConnection { nodes: [ApiKey!]! }
        input CreateApiKeyInput { label: String! }
        type Query { apiKeys: ApiKeyConnection! }
        type Mutation { createApiKey(input: CreateApiKeyInput!): ApiKey! revokeApiKey(id: ID!): ApiKey! }`),
    };
    const { errors, supergraphSdl } = composeServices([express, platform]);
    expect(errors ?? []).toEqual([]);
    for (const field of ['expressApiKeys', 'createExpressApiKey', 'apiKeys', 'createApiKey'])
      expect(supergraphSdl).toMatch(new RegExp(`\\b${field}\\b`));
  });

  it.each([
    ['', ''],
    ['@shareable', ''],
    ['@shareable', '@shareable'],
    ['@inaccessible', ''],
  ])('would not compose if this subgraph had node %s, and the other one node %s', (own, others) => {
    const { text } = buildSchema();
    const withNode = text
      .replace('"@shareable"', '"@shareable", "@inaccessible"')
      .concat(`extend type Query { node(id: ID!): Node ${own} nodes(ids: [ID!]!): [Node]! ${own} }`);
    const { errors } = composeServices([{ ...express, typeDefs: parse(withNode) }, relay(others)]);
    expect(errors!.map(({ message }) => message).join()).toMatch(/Query\.node/);
  });
});
