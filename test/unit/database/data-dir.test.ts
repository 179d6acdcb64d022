import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirError, ensureDataDir, explainFolderError } from '../../../src/database/embedded/data-dir.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'avara-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('makes a folder that only its owner may read, and what leads there', async () => {
  const dataDir = join(folder, 'a', 'b', 'data');
  await ensureDataDir(dataDir);
  await ensureDataDir(dataDir);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
});

it('accepts a symbolic link to a folder', async () => {
  await mkdir(join(folder, 'real'));
  await symlink(join(folder, 'real'), join(folder, 'link'));
  await ensureDataDir(join(folder, 'link'));
  expect(await readdir(folder)).toEqual(['link', 'real']);
});

describe('a folder that cannot be used is named with its reason', () => {
  const CASES: [what: string, reason: string, make: () => Promise<string>][] = [
    [
      'a file',
      'it is a file',
      async () => {
        await writeFile(join(folder, 'file'), '');
        return join(folder, 'file');
      },
    ],
    [
      'below a file',
      'a part of the path is a file',
      async () => {
        await writeFile(join(folder, 'file'), '');
        return join(folder, 'file', 'data');
      },
    ],
    [
      'a link to nothing',
      'it is a symbolic link to nothing',
      async () => {
        await symlink(join(folder, 'nothing'), join(folder, 'link'));
        return join(folder, 'link');
      },
    ],
    [
      'below a link to nothing',
      'no such file or directory',
      async () => {
        await symlink(join(folder, 'nothing'), join(folder, 'link'));
        return join(folder, 'link', 'data');
      },
    ],
    [
      'a link to itself',
      'lead in a circle',
      async () => {
        await symlink(join(folder, 'link'), join(folder, 'link'));
        return join(folder, 'link', 'data');
      },
    ],
    ['a name that is too long', 'the path is too long', async () => join(folder, 'd'.repeat(300))],
    ['below /proc, where nothing can be made', '/proc/avara', async () => '/proc/avara/data'],
  ];

  it.each(CASES)('%s', async (_what, reason, make) => {
    const dataDir = await make();
    const refusal = await ensureDataDir(dataDir).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DataDirError);
    expect((refusal as Error).message).toContain(`The data folder ${dataDir} (DATA_DIR) cannot be used: `);
    expect((refusal as Error).message).toContain(reason);
    expect((refusal as Error).message).toContain('DATA_DIR, or set DATABASE_URL.');
  });

  it.each(['EROFS', 'ENOSPC', 'EACCES', 'EDQUOT'])('%s while it is written', (code) => {
    const error = Object.assign(new Error(`${code}: failed, open 'lock'`), { code, syscall: 'open' });
    expect(explainFolderError(folder, error)).toMatchObject({ name: 'DataDirError', cause: error });
  });

  it('leaves an error of anything else as it is', () => {
    const error = Object.assign(new Error('connection refused'), { code: '08006' });
    expect(explainFolderError(folder, error)).toBe(error);
  });
});
