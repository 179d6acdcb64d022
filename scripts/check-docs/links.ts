import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { anchorsOf, linksOf } from './blocks.js';

/** Every committed document. */
export const listDocuments = (): string[] =>
  execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '');

/** Links and paths in code spans of a document that lead to no file or heading of the project. */
export async function findBrokenLinks(file: string): Promise<string[]> {
  const faults: string[] = [];
  for (const link of linksOf(await readFile(file, 'utf8'))) {
    const [path, anchor] = link.split('#', 2) as [string, string | undefined];
    const target = path === '' ? file : normalize(join(dirname(file), path));
    const isThere = existsSync(target);
    if (!isThere) faults.push(`${file}: ${link} leads nowhere`);
    else if (anchor !== undefined && (await stat(target)).isFile())
      if (!anchorsOf(await readFile(target, 'utf8')).has(`#${anchor}`)) faults.push(`${file}: no heading for ${link}`);
  }
  for (const path of new Set((await readFile(file, 'utf8')).match(/(?<=`)(test|deploy|src|docs)\/[\w./-]*(?=`)/g)))
    if (![path, join(dirname(file), path)].some(existsSync)) faults.push(`${file}: there is no ${path}`);
  return faults;
}
