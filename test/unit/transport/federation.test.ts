import { buildASTSchema, graphql, parse } from 'graphql';
import { toSubgraph } from '../../../src/transport/graphql/federation.js';

const TEXT = `
  type Query { one: Own }
  type Own @key(fields: "id") @key(fields: "other") { id: ID! other: ID! }
  type Stub @key(fields: "id", resolvable: false) { id: ID! }
  type Both @key(fields: "id", resolvable: false) @key(fields: "other", resolvable: true) { id: ID! other: ID! }
  type Plain @shareable { id: ID! }`;

const subgraph = toSubgraph(buildASTSchema(parse(TEXT), { assumeValidSDL: true }), TEXT, async (_, representations) =>
  representations.map((representation) => ({ __typename: 'Own', id: JSON.stringify(representation) })),
);

it('offers as entities the types that have a resolvable key, and no others', () => {
  const entities = subgraph.getType('_Entity') as unknown as { getTypes(): { name: string }[] };
  expect(entities.getTypes().map(({ name }) => name)).toEqual(['Own', 'Both']);
});

it('passes representations on as they were sent, and returns its text to routers', async () => {
  const source =
    '{ _service { sdl } _entities(representations: [{ a: [1, null] }, "x"]) { __typename ... on Own { id } } }';
  expect(await graphql({ schema: subgraph, source })).toEqual({
    data: {
      _service: { sdl: TEXT },
      _entities: [
        { __typename: 'Own', id: '{"a":[1,null]}' },
        { __typename: 'Own', id: '"x"' },
      ],
    },
  });
});
