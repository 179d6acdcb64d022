import { buildSchema as parseSchema, execute, isObjectType, parse, type OperationDefinitionNode } from 'graphql';
import { WRITE_LIST, type SelectedField } from '../../../src/shared/written-list.js';
import { JsonText, stringifyResult } from '../../../src/transport/graphql/execution/json-text.js';
import { PlannedOperation } from '../../../src/transport/graphql/execution/planned-operation.js';
import { buildSchema } from '../../../src/transport/graphql/schema.js';

const schema = parseSchema(`
  type Query { page: Page, pages: [Page!]!, strict: Page!, any: Any }
  union Any = Page | Item
  type Page { items: [Item!]!, edges: [Edge!]!, count: Int, fails: Int!, tags: [String!]! }
  type Edge { cursor: String!, item: Item! }
  type Item { name: String, version: Int!, parts(first: Int): [Item!] }
`);

const ITEMS = [
  { name: 'a', version: 1 },
  { name: null, version: 2 },
];

const pick = (item: object, fields: readonly SelectedField[]): object =>
  Object.fromEntries(
    fields.map(({ key, name, typeName, fields: inner }) => {
      const value = (item as Record<string, unknown>)[name];
      return [key, typeName ?? (inner ? pick(value as object, inner) : value)];
    }),
  );

/** A page that writes its lists, and one that has them as values. */
function makePages(canWrite = true): { writing: object; plain: object; written: string[] } {
  const edges = ITEMS.map((item, at) => ({ cursor: `c${at}`, item }));
  const plain = { __typename: 'Page', items: ITEMS, edges, count: 2, tags: ['t'] };
  const written: string[] = [];
  const write = (name: string, fields: readonly SelectedField[]) => {
    written.push(name);
    return canWrite ? JSON.stringify((name === 'items' ? ITEMS : edges).map((item) => pick(item, fields))) : undefined;
  };
  return { plain, writing: { ...plain, [WRITE_LIST]: write }, written };
}

const rootOf = (page: object) => ({ page, strict: page, pages: [page, page], any: page });

async function answer(query: string, { writing, plain }: ReturnType<typeof makePages>) {
  const document = parse(query);
  const roots = [writing, plain].map(rootOf);
  for (const name of ['page', 'pages', 'strict', 'any'] as const)
    schema.getQueryType()!.getFields()[name]!.resolve = (_root, _arguments, root: (typeof roots)[0]) => root[name];
  const definition = document.definitions[0] as OperationDefinitionNode;
  const planned = new PlannedOperation(schema, document, definition, 1_000);
  const result = await planned.execute(roots[0], { given: {}, coerced: {} });
  const wanted = await execute({ schema, document, contextValue: roots[1] });
  const { errors } = wanted;
  expect(JSON.parse(stringifyResult(result))).toEqual(JSON.parse(JSON.stringify(wanted)));
  expect(stringifyResult(result)).toBe(JSON.stringify({ ...(errors && { errors }), data: wanted.data }));
  return result;
}

describe('a list whose source writes it', () => {
  it.each([
    ['{ page { items { name version } } }', ['items']],
    ['{ page { items { t: __typename x: version name } count } }', ['items']],
    ['{ page { edges { cursor item { __typename name } } items { version } } }', ['edges', 'items']],
    ['{ page { one: items { name } two: items { version } } }', ['items', 'items']],
    ['{ pages { items { name } tags } strict { count items { version } } }', ['items', 'items', 'items']],
    ['{ any { ... on Page { items { name } } } }', ['items']],
  ])('is answered as its values are: %s', async (query, names) => {
    const pages = makePages();
    expect((await answer(query, pages)).data).toBeInstanceOf(JsonText);
    expect(pages.written).toEqual(names);
  });

  it.each([
    '{ page { items { name parts { name } } } }',
    '{ page { items { version parts(first: 1) { name } } count } }',
    '{ page { count tags } }',
    '{ pages { count } }',
  ])('is read where more than properties is selected, or no list of objects: %s', async (query) => {
    const pages = makePages();
    expect((await answer(query, pages)).data).not.toBeInstanceOf(JsonText);
    expect(pages.written).toEqual([]);
  });

  it('is read where the source cannot write it', async () => {
    const pages = makePages(false);
    expect((await answer('{ page { items { name } } }', pages)).data).not.toBeInstanceOf(JsonText);
    expect(pages.written).toEqual(['items']);
  });

  it.each(['{ page { items { name } fails } }', '{ page { items { name } } strict { items { name } fails } }'])(
    'is dropped with its object where another field fails: %s',
    async (query) => {
      expect((await answer(query, makePages())).errors).toHaveLength(1);
    },
  );
});

it('properties of the schema have no resolver, also those that are named as a root field', () => {
  const { executable } = buildSchema();
  for (const [typeName, names] of Object.entries({
    ExpressCustomerConnection: ['nodes', 'edges', 'pageInfo'],
    ExpressCustomerEdge: ['cursor', 'node'],
    ExpressCustomer: ['id', 'metadata', 'createdAt'],
  })) {
    const type = executable.getType(typeName);
    const fields = isObjectType(type) ? type.getFields() : {};
    expect(names.filter((name) => fields[name]?.resolve)).toEqual([]);
  }
});
