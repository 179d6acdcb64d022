import { readdir, readFile } from 'node:fs/promises';
import { isObjectType, parse, validate } from 'graphql';
import { findBrokenLinks, listDocuments } from '../../scripts/check-docs/links.js';
import { buildSchema } from '../../src/transport/graphql/schema.js';

// What the guides state in passing, held against the code.

describe('docs/graphql.md', () => {
  it('names the types with an id, which all can be found again by it', async () => {
    const guide = await readFile('docs/graphql.md', 'utf8');
    const types = Object.values(buildSchema().executable.getTypeMap()).filter(isObjectType);
    const withId = types.filter((type) => 'id' in type.getFields());
    expect(withId.flatMap((type) => type.getInterfaces().map(({ name }) => name))).toEqual(withId.map(() => 'Node'));
    const [, ...named] = /`(\w+)`, `(\w+)` and `(\w+)` have an\s+`id`/.exec(guide)!;
    expect(withId.map(({ name }) => name).sort()).toEqual(named.sort());
  });
});

describe('README.md', () => {
  it('is right that most tests of use cases and repositories run on both engines', async () => {
    const files = (await readdir('test/integration')).filter((file) => file.endsWith('.test.ts'));
    const texts = await Promise.all(files.map((file) => readFile(`test/integration/${file}`, 'utf8')));
    const onBoth = texts.filter((text) => text.includes('onEachEngine('));
    expect(onBoth.length).toBeGreaterThan(files.length / 2);
  });

  it('names only commands of package.json, as CONTRIBUTING.md does', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> };
    for (const file of ['README.md', 'CONTRIBUTING.md'])
      for (const [, script] of (await readFile(file, 'utf8')).matchAll(/npm run ([\w:]+)/g))
        expect(Object.keys(scripts)).toContain(script);
  });
});

describe('examples/frontend', () => {
  it('asks for nothing that the schema does not have', async () => {
    const text = await readFile('examples/frontend/src/documents.ts', 'utf8');
    const documents = [...text.matchAll(/graphql\(`([^`]+)`\)/g)].map(([, document]) => document!);
    expect(documents).toHaveLength(text.match(/= graphql\(/g)!.length);
    const { executable } = buildSchema();
    expect(documents.flatMap((document) => validate(executable, parse(document)))).toEqual([]);
  });
});

it.each(listDocuments())('%s links to files and headings that exist', async (document) => {
  expect(await findBrokenLinks(document)).toEqual([]);
});

describe('decision records', () => {
  const records = () => readdir('docs/decisions').then((files) => files.filter((file) => /^\d{4}-/.test(file)));

  it('are all in the index, with their number and date', async () => {
    const index = await readFile('docs/decisions/README.md', 'utf8');
    for (const file of await records()) {
      const [, date] = /^Date: (\S+?)[.,] /m.exec(await readFile(`docs/decisions/${file}`, 'utf8')) ?? [];
      expect(index).toMatch(new RegExp(`^\\| \\[${file.slice(0, 4)}\\]\\(${file}\\) .* ${date} `, 'm'));
    }
  });

  it('begin alike: number and title, date and status, what was decided', async () => {
    for (const file of await records()) {
      const text = await readFile(`docs/decisions/${file}`, 'utf8');
      expect(text).toMatch(new RegExp(`^# ${file.slice(0, 4)}: .+\\n\\nDate: \\d{4}-\\d\\d-\\d\\d.*Status: \\w+`));
      expect(text).toContain('**Decided.**');
    }
  });
});
