import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../src/config/config.js';
import { loadTrustedDocuments } from '../../../src/transport/graphql/persisted/trusted-documents.js';
import { TrustedDocumentsError } from '../../../src/transport/graphql/persisted/manifest.js';
import { buildSchema } from '../../../src/transport/graphql/schema.js';

const { executable: schema } = buildSchema();
const GOOD = 'query Good($first: Int! = 20) { expressCustomers(first: $first) { nodes { id } } }';
const apollo = (operations: unknown, version: unknown = 1) => ({
  ...{ format: 'apollo-persisted-query-manifest', version },
  operations,
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'avara-trusted-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function write(content: unknown): string {
  const file = join(folder, `manifest-${(files += 1)}.json`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const load = (manifests: string[], environment: NodeJS.ProcessEnv = {}) =>
  loadTrustedDocuments(schema, readConfig({ TRUSTED_DOCUMENTS: manifests.join(', '), ...environment }));

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(TrustedDocumentsError);
    return (error as Error).message;
  }
  throw new Error('It did not throw.');
}

it('reads several manifests of both formats, and knows each document by its id', () => {
  const other = '{ __typename }';
  const documents = load([write(apollo([{ id: 'a', name: 'Good', type: 'query', body: GOOD }])), write({ b: other })]);
  expect(documents.find('a')).toBe(GOOD);
  expect(documents.find('b')).toBe(other);
  expect(documents.find('c')).toBeUndefined();
  expect(documents.prepared.map(({ defaults }) => defaults)).toEqual([{ first: 20 }, {}]);
});

it('takes the same document of two manifests once or twice alike', () => {
  expect(load([write({ a: GOOD }), write({ a: GOOD, b: GOOD })]).find('b')).toBe(GOOD);
});

it.each<[title: string, text: string, reason: RegExp, environment?: NodeJS.ProcessEnv]>([
  ['does not fit the schema', 'query Bad { nothing }', /Cannot query field "nothing"/],
  ['is no GraphQL', 'query Bad {', /Syntax Error/],
  ['has two operations', 'query Bad { __typename } query Two { __typename }', /more than one operation/],
  ['has no operation', 'fragment Bad on ExpressCustomer { id }', /never used/],
  ['is a subscription', 'subscription Bad { nothing }', /no subscription/],
  [
    'costs too much with its default values',
    'query Bad($first: Int! = 100) { expressCustomers(first: $first) { nodes { users(first: 100) { nodes { userId } } } } }',
    /points of cost, and MAX_COST is 10000/,
  ],
  ['is too long', `query Bad { __typename } #${'x'.repeat(20_000)}`, /bytes, and MAX_DOCUMENT_BYTES is 16384/],
  ['has too many tokens', `query Bad { ${'__typename '.repeat(1_100)} }`, /1000 tokens/],
  ['is nested too deeply', `query Bad { expressCustomers { nodes { id } } }`, /depth/, { MAX_DEPTH: '2' }],
  [
    'introspects where introspection is off',
    'query Bad { __schema { types { name } } }',
    /introspection/,
    { INTROSPECTION: 'false' },
  ],
])('names a document that %s', (...[, text, reason, environment]) => {
  const file = write({ good: '{ __typename }', 'the-bad-one': text });
  const message = messageOf(() => load([file], environment));
  expect(message).toContain(`${file}: the-bad-one`);
  expect(message).toMatch(reason);
  expect(message).not.toContain('good');
});

it('names every faulty document of all manifests in one message, up to 20', () => {
  const faulty = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`id-${at}`, `query Number${at} { nothing }`]));
  const message = messageOf(() => load([write(faulty(15)), write({ x: GOOD }), write(faulty(10))]));
  expect(message).toMatch(/^Trusted documents have faults:\n/);
  expect(message.split('\n').filter((line) => line.includes('Cannot query field'))).toHaveLength(20);
  expect(message).toContain('and 5 more');
  expect(message).toContain('(Number3)');
});

it('refuses an id that stands for two documents', () => {
  const message = messageOf(() => load([write({ a: GOOD }), write({ a: '{ __typename }' })]));
  expect(message).toContain('another document has the same id');
});

it.each<[string, unknown, RegExp]>([
  ['that is no JSON', '{', /is not JSON/],
  ['that is a list', [], /not a manifest/],
  ['without documents', {}, /not a manifest/],
  ['whose documents are no texts', { a: 1 }, /not a manifest/],
  ['of an unknown version', apollo([{ id: 'a', body: GOOD }], 2), /not a manifest/],
  ['without operations', apollo([]), /not a manifest/],
  ['with an operation without a body', apollo([{ id: 'a' }]), /not a manifest/],
  ['with an operation that is null', apollo([null]), /not a manifest/],
])('refuses a manifest %s', (_title, content, reason) => {
  const file = write(content);
  const message = messageOf(() => load([file]));
  expect(message).toContain(file);
  expect(message).toMatch(reason);
});

it('names a manifest that is not there', () => {
  const message = messageOf(() => load([join(folder, 'nowhere.json')]));
  expect(message).toMatch(/nowhere\.json \(TRUSTED_DOCUMENTS\) cannot be opened\. \(ENOENT/);
});
