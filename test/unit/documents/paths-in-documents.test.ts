import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

const FOLDERS = ['docs', 'docs/decisions', '.'];
const NAMED_PATH = /`((?:\.ci|bench|deploy|docs|examples|scripts|src|test)\/[\w./-]+)`/g;

async function documents(): Promise<string[]> {
  const files: string[] = [];
  for (const folder of FOLDERS)
    for (const name of await readdir(folder)) if (name.endsWith('.md')) files.push(`${folder}/${name}`);
  return files;
}

it('every path that a document names exists', async () => {
  const missing: string[] = [];
  let named = 0;
  for (const document of await documents())
    for (const [, path] of (await readFile(document, 'utf8')).matchAll(NAMED_PATH)) {
      named += 1;
      if (!existsSync(path!)) missing.push(`${document}: ${path}`);
    }
  expect(missing).toEqual([]);
  expect(named).toBeGreaterThan(50);
});
