import { readFileSync, readlinkSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;

/** A process that holds a data folder, as far as another one can recognise it. */
export interface Holder {
  pid: number;
  /** When it started, where the system says so (Linux): distinguishes a process from a later one with the same id. */
  start: string;
  host: string;
  /** Identifies the running kernel, which containers of one machine share. Empty where the system has none. */
  boot: string;
  /** Process ids mean something within one namespace only. Empty where the system has none. */
  pidNamespace: string;
  /** A socket in the folder on which the holder listens: the kernel closes it with the process. */
  socket: string | null;
}

function readText(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

interface ProcessState {
  start: string;
  isZombie: boolean;
}

function readProcessState(pid: number): ProcessState {
  const stat = readText(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The name, in parentheses, may contain spaces; the state is the first field after it, the start time the 20th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { start: fields[19] ?? '', isZombie: fields[0] === 'Z' };
}

export const describeThisProcess = (socket: string | null): Holder => ({
  pid: process.pid,
  start: readProcessState(process.pid).start,
  host: hostname(),
  boot: readText(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
  pidNamespace: readText(() => readlinkSync('/proc/self/ns/pid')),
  socket,
});

/** Reads what a lock says; null for half a lock. Earlier versions wrote the process id and its start alone. */
export function parseHolder(text: string): Holder | null {
  const { boot, host, pidNamespace } = describeThisProcess(null);
  const earlier = /^(\d+) (\d*)$/.exec(text);
  if (earlier) return { pid: Number(earlier[1]), start: earlier[2]!, host, boot, pidNamespace, socket: null };
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return null;
  }
}

function isAlive({ pid, start }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const state = readProcessState(pid);
  // Where the system hides other users' processes, nothing contradicts the lock.
  return !state.isZombie && (state.start === start || state.start === '');
}

// A socket's path may have some 100 bytes. Linux reaches a folder of any path through an open descriptor.
async function withShortPath<T>(path: string, work: (short: string) => Promise<T>): Promise<T> {
  if (process.platform !== 'linux') return work(path);
  const folder = await open(dirname(path));
  try {
    return await work(join(`/proc/self/fd/${folder.fd}`, basename(path)));
  } finally {
    await folder.close();
  }
}

/** Listens on a socket in the folder until the process ends. @returns null where the file system has no sockets. */
export async function listenInFolder(path: string): Promise<Server | null> {
  const server = createServer((visitor) => visitor.destroy());
  try {
    await withShortPath(path, async (short) => once(server.listen(short), 'listening'));
    return server.unref();
  } catch {
    return null;
  }
}

/** Whether a process listens there; null where that cannot be found out. */
async function isListening(path: string): Promise<boolean | null> {
  try {
    await withShortPath(path, async (short) => {
      const visitor = createConnection(short);
      visitor.on('error', () => undefined);
      await once(visitor, 'connect').finally(() => visitor.destroy());
    });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return false;
    return code === 'EAGAIN' ? true : null;
  }
}

const findModified = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );

/** Watches whether the holder renews its lock. Compares no clocks, since the holder may be on another machine. */
async function isRenewed(lock: string, silentForMs: number): Promise<boolean> {
  const before = await findModified(lock);
  const until = performance.now() + silentForMs;
  while (performance.now() < until) {
    await sleep(POLL_MS);
    const now = await findModified(lock);
    if (now !== before) return now !== null;
  }
  return false;
}

/**
 * Whether the holder of a lock still runs. Its process id is believed within its own namespace, its socket on its own
 * machine; from anywhere else the lock itself must have been silent for a while before its holder counts as gone.
 */
export async function isHeldBy(holder: Holder, lock: string, silentForMs: number): Promise<boolean> {
  const here = describeThisProcess(null);
  const isSameMachine = holder.boot === here.boot && (here.boot !== '' || holder.host === here.host);
  if (isSameMachine && holder.pidNamespace === here.pidNamespace) return isAlive(holder);
  const listens = isSameMachine && holder.socket ? await isListening(join(dirname(lock), holder.socket)) : null;
  return listens ?? isRenewed(lock, silentForMs);
}
