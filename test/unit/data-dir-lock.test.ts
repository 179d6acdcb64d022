import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirInUseError, lockDataDir } from '../../src/database/data-dir-lock.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'avara-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function pidOfDeadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid!;
}

it('lets one in at a time and says who is in', async () => {
  const unlock = await lockDataDir(folder);
  await expect(lockDataDir(folder)).rejects.toThrow(DataDirInUseError);
  await expect(lockDataDir(folder)).rejects.toThrow(`in use by process ${process.pid}`);
  await unlock();
  await (
    await lockDataDir(folder)
  )();
  expect(await readdir(folder)).toEqual([]);
});

it('takes over at once what a dead process left', async () => {
  await writeFile(join(folder, 'lock'), `${await pidOfDeadProcess()} 12345`);
  await (
    await lockDataDir(folder)
  )();
});

it('takes over from an earlier process whose id a living one has now', async () => {
  await writeFile(join(folder, 'lock'), `${process.pid} 1`);
  await (
    await lockDataDir(folder)
  )();
});

it('takes over a lock that was left half written long ago', async () => {
  const lock = join(folder, 'lock');
  await writeFile(lock, '');
  const long = new Date(Date.now() - 60_000);
  await utimes(lock, long, long);
  await (
    await lockDataDir(folder)
  )();
});

it('lets exactly one of 20 in when all find a dead lock at the same time', async () => {
  await writeFile(join(folder, 'lock'), `${await pidOfDeadProcess()} 12345`);
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockDataDir(folder)));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const one of tries) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(DataDirInUseError);
});
