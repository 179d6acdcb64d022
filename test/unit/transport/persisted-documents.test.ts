import { createHash } from 'node:crypto';
import { readConfig } from '../../../src/config/config.js';
import { PersistedDocuments } from '../../../src/transport/graphql/persisted/persisted-documents.js';
import { TrustedDocuments } from '../../../src/transport/graphql/persisted/trusted-documents.js';

const NO_TRUSTED_DOCUMENTS = new TrustedDocuments([], readConfig({}));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function registerAll(documents: PersistedDocuments, texts: string[]): string[] {
  for (const text of texts) documents.register(sha256(text), text);
  return texts;
}

const countKnown = (documents: PersistedDocuments, texts: string[]): number =>
  texts.filter((text) => documents.find(sha256(text)) === text).length;

it('finds a document by its hash, for both paths', async () => {
  const documents = new PersistedDocuments(NO_TRUSTED_DOCUMENTS, null);
  registerAll(documents, ['{ a }']);
  expect(documents.find(sha256('{ a }'))).toBe('{ a }');
  expect(await documents.apolloCache.get(`apq:${sha256('{ a }')}`)).toBe('{ a }');
  await documents.apolloCache.set(`apq:${sha256('{ b }')}`, '{ b }');
  expect(documents.find(sha256('{ b }'))).toBe('{ b }');
  expect(documents.find(sha256('{ c }'))).toBeUndefined();
  expect(await documents.apolloCache.get(`apq:${sha256('{ c }')}`)).toBeUndefined();
});

it.each([
  ['few large documents', 16_384, 1_000, 200],
  ['many small documents', 20, 40_000, 15_000],
])('holds %s in a few megabytes, and drops the least recently used', (_title, length, count, most) => {
  const documents = new PersistedDocuments(NO_TRUSTED_DOCUMENTS, null);
  const texts = Array.from({ length: count }, (_, at) => `${at}`.padEnd(length, ' '));
  registerAll(documents, texts);
  const known = countKnown(documents, texts);
  expect(known).toBeGreaterThan(most / 3);
  expect(known).toBeLessThan(most);
  expect(documents.find(sha256(texts.at(-1)!))).toBeDefined();
});

it('knows whether a document has the hash that its caller says', () => {
  const documents = new PersistedDocuments(NO_TRUSTED_DOCUMENTS, null);
  for (const isRegistered of [false, true]) {
    if (isRegistered) registerAll(documents, ['{ a }']);
    expect(documents.hasHash('{ a }', sha256('{ a }'))).toBe(true);
    expect(documents.hasHash('{ b }', sha256('{ a }'))).toBe(false);
    expect(documents.hasHash('{ a }', sha256('{ a }').toUpperCase())).toBe(false);
  }
});
