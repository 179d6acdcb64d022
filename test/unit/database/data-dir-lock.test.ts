import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describeThisProcess, type Holder } from '../../../src/database/embedded/data-dir-holder.js';
import { DataDirInUseError, lockDataDir } from '../../../src/database/embedded/data-dir-lock.js';

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

it('admits one process at a time and says which', async () => {
  const unlock = await lockDataDir(folder);
  await expect(lockDataDir(folder)).rejects.toThrow(DataDirInUseError);
  await expect(lockDataDir(folder)).rejects.toThrow(`in use by process ${process.pid}`);
  await unlock();
  await (
    await lockDataDir(folder)
  )();
  expect(await readdir(folder)).toEqual([]);
});

it('takes over immediately what a dead process left', async () => {
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

const lockOf = (holder: Partial<Holder>) =>
  writeFile(join(folder, 'lock'), JSON.stringify({ ...describeThisProcess(null), ...holder }));
const TIMES = { renewEveryMs: 50, silentForMs: 400 };

// Other systems do not say when a process started, nor whether it was collected.
if (process.platform === 'linux') {
  it('takes over from a process that was killed and that its parent has not collected yet', async () => {
    const stdio = ['ignore', 'pipe', 'ignore', 'pipe'] as const;
    const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 60'], { stdio: [...stdio] });
    try {
      const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
      // A shell would collect its child; the program that takes its place does not.
      while ((await readFile(`/proc/${parent.pid}/comm`, 'utf8')) !== 'sleep\n') await sleep(20);
      (parent.stdio[3] as Writable).end();
      await untilZombie(Number(line.toString()));
      await lockOf({ pid: Number(line.toString()), start: await startOf(Number(line.toString())) });
      await (
        await lockDataDir(folder)
      )();
    } finally {
      parent.kill('SIGKILL');
    }
  });
}

const statOf = async (pid: number) => (await promisify(execFile)('cat', [`/proc/${pid}/stat`])).stdout.split(' ');
const startOf = async (pid: number) => (await statOf(pid))[21]!;
async function untilZombie(pid: number): Promise<void> {
  while ((await statOf(pid))[2] !== 'Z') await sleep(20);
}

describe('a lock from another container on this machine, whose process ids mean nothing here', () => {
  const elsewhere = { pid: 1, start: '1', host: 'a-container', pidNamespace: 'pid:[1]', socket: 'lock-0123abcd.sock' };
  const listen = async (): Promise<Server> => {
    const server = createServer((visitor) => visitor.destroy()).listen(join(folder, elsewhere.socket));
    await once(server, 'listening');
    return server;
  };

  it('is believed while the kernel keeps its socket open, however long it stays silent', async () => {
    const holder = await listen();
    await lockOf(elsewhere);
    const long = new Date(Date.now() - 60_000);
    await utimes(join(folder, 'lock'), long, long);
    await expect(lockDataDir(folder)).rejects.toThrow(
      'in use by process 1 on a-container, another container or machine',
    );
    holder.close();
  });

  it('is taken over immediately once its process is gone, and its socket is removed', async () => {
    await lockOf(elsewhere);
    await writeFile(join(folder, elsewhere.socket), '');
    const unlock = await lockDataDir(folder);
    await unlock();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a lock from another machine', () => {
  const elsewhere = { pid: process.pid, host: 'another-machine', boot: 'another boot' };

  it('is believed while it is renewed', async () => {
    await lockOf(elsewhere);
    const renewal = setInterval(() => void utimes(join(folder, 'lock'), new Date(), new Date()), 50);
    await expect(lockDataDir(folder, TIMES)).rejects.toThrow('on another-machine, another container or machine');
    clearInterval(renewal);
  });

  it('is taken over after it was silent for a while, by one of those that wait', async () => {
    await lockOf(elsewhere);
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => lockDataDir(folder, TIMES)));
    const taken = tries.filter(({ status }) => status === 'fulfilled');
    expect(taken).toHaveLength(1);
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(DataDirInUseError);
  });
});

it('renews its own lock and names its machine in it', async () => {
  const unlock = await lockDataDir(folder, TIMES);
  const lock = join(folder, 'lock');
  expect(JSON.parse(await readFile(lock, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
  const long = new Date(Date.now() - 60_000);
  await utimes(lock, long, long);
  while ((await stat(lock)).mtimeMs === long.getTime()) await new Promise((resolve) => setTimeout(resolve, 20));
  await unlock();
});

it('works in a folder whose path is longer than a socket may have', async () => {
  const deep = join(folder, 'd'.repeat(120));
  await mkdir(deep);
  const unlock = await lockDataDir(deep);
  expect(await readdir(deep)).toEqual(['lock', expect.stringMatching(/\.sock$/)]);
  await unlock();
});
