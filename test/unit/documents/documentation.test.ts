import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'graphql';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(resolve('dist/docs-'));
  await promisify(execFile)(process.execPath, ['scripts/build-docs.mjs', relative(process.cwd(), folder)]);
});
afterAll(() => rm(folder, { recursive: true }));

const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

it('npm run docs:build makes pages of all guides, whose links lead to pages and places that exist', async () => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.html'));
  const pages = new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
  for (const guide of (await readdir('docs')).filter((name) => name.endsWith('.md')))
    expect(names).toContain(guide.replace('.md', '.html'));
  const broken: string[] = [];
  for (const [name, html] of pages)
    for (const [, page, anchor] of html.matchAll(/href="(?!https?:|data:|assets\/)([^"#]*)(?:#([^"]*))?"/g)) {
      const target = pages.get(page || name);
      if (!target || (anchor && !target.includes(`id="${anchor}"`))) broken.push(`${name}: ${page}#${anchor}`);
    }
  expect(broken).toEqual([]);
});

it('the GraphQL reference has every operation, type, field and error of the schema', async () => {
  const reference = await read('graphql-reference.html');
  for (const definition of parse(await readFile('schema.graphql', 'utf8')).definitions) {
    if (!('name' in definition) || !definition.name) continue;
    const name = definition.name.value;
    if (!['Query', 'Mutation'].includes(name))
      expect(reference).toContain(`<h3 id="${name.toLowerCase()}">${name}</h3>`);
    for (const field of 'fields' in definition ? (definition.fields ?? []) : [])
      expect(reference).toMatch(new RegExp(`[>.]${field.name.value}[(<]`));
  }
  for (const [, code] of (await readFile('docs/errors.md', 'utf8')).matchAll(/^## ([A-Z_]+)$/gm))
    expect(reference).toContain(`errors.html#${code!.toLowerCase()}`);
});

it('HTML and links to scripts inside a document are shown as text', async () => {
  const program = `import('./scripts/pages/markdown.mjs').then(({ render }) => console.log(
    render('# A\\n\\n<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=y>', 'docs/a.md', new Map()).html))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
  expect(stdout).toContain('&lt;script&gt;');
  expect(stdout).not.toMatch(/<script|<img|href="javascript/);
});
