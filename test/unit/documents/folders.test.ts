import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const MOST = 20;

/** How many files each folder below `root` has itself, its README left out. */
async function countFiles(root: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name !== 'README.md') counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  }
  return counts;
}

it.each(['src', 'test', 'bench', 'scripts', 'examples', 'dashboard/src'])(
  `no folder of %s has more than ${MOST} files, so that it can be read at a glance`,
  async (root) => {
    const counts = await countFiles(root);
    expect(counts.size).toBeGreaterThan(0);
    expect([...counts].filter(([, count]) => count > MOST)).toEqual([]);
  },
);
