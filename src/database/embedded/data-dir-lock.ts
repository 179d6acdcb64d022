import { randomBytes } from 'node:crypto';
import { open, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from '../../shared/operator-error.js';
import { describeThisProcess, isHeldBy, listenInFolder, parseHolder, type Holder } from './data-dir-holder.js';

const RETRY_AFTER_MS = 20;
// Writing a lock takes a moment; one that is still half written after this was left by a process killed in the middle.
const WRITTEN_WITHIN_MS = 3_000;

/** How often a holder renews its lock, and after how long without that it counts as gone. */
export interface LockTimes {
  renewEveryMs: number;
  silentForMs: number;
}

const SOCKET = /^lock-[0-9a-f]{8}\.sock$/;
const TIMES: LockTimes = { renewEveryMs: 2_000, silentForMs: 10_000 };

function describe({ pid, host, pidNamespace, boot }: Holder): string {
  const here = describeThisProcess(null);
  if (boot === here.boot && host === here.host && pidNamespace === here.pidNamespace) return `process ${pid}`;
  return `process ${pid} on ${host}, another container or machine`;
}

/** Another living process has the data folder open. Not thrown for what a killed process left there. */
export class DataDirInUseError extends OperatorError {
  constructor(dataDir: string, holder: Holder) {
    super(
      `The data folder ${dataDir} is in use by ${describe(holder)}: the embedded engine serves one process. ` +
        'Stop that process, choose another DATA_DIR, or set DATABASE_URL to share one PostgreSQL between processes.',
    );
  }
}

/** Another process has taken the folder, since this one did not renew its lock for too long. */
export class DataDirLostError extends OperatorError {
  constructor(dataDir: string) {
    super(`Another process took the data folder ${dataDir} while this one was suspended, so this one must stop.`);
  }
}

async function createFile(path: string, text: string): Promise<FileHandle | null> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(text);
    return file;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
}

async function isOlder(path: string, ms: number): Promise<boolean> {
  const made = await stat(path).catch(() => null);
  return made !== null && Date.now() - made.mtimeMs > ms;
}

/** A lock as it was found, and whether a living process holds it; 'unknown' while it is still being written. */
interface Finding {
  holder: Holder | null;
  state: 'held' | 'dead' | 'unknown';
  version: string;
}

const findVersion = (path: string): Promise<string> =>
  stat(path).then(
    ({ ino, mtimeMs }) => `${ino} ${mtimeMs}`,
    () => '',
  );

async function examine(path: string, silentForMs: number): Promise<Finding> {
  const version = await findVersion(path);
  const holder = parseHolder(await readFile(path, 'utf8').catch(() => ''));
  if (!holder) return { holder, version, state: (await isOlder(path, WRITTEN_WITHIN_MS)) ? 'dead' : 'unknown' };
  return { holder, version, state: (await isHeldBy(holder, path, silentForMs)) ? 'held' : 'dead' };
}

/**
 * Removes a dead process's lock. Of several starts that find it, one removes it: another, a moment late, would remove the
 * lock that the first has made meanwhile. So the removal has a lock of its own, and looks again under it.
 */
async function removeDeadLock(path: string, dataDir: string, { holder, version }: Finding): Promise<void> {
  const guard = `${path}.takeover`;
  const file = await createFile(guard, '');
  if (!file) {
    if (await isOlder(guard, WRITTEN_WITHIN_MS)) await rm(guard, { force: true });
    return;
  }
  try {
    await file.close();
    if ((await findVersion(path)) !== version) return;
    if (holder?.socket && SOCKET.test(holder.socket)) await rm(join(dataDir, holder.socket), { force: true });
    await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function claim(path: string, dataDir: string, holder: Holder, times: LockTimes): Promise<FileHandle> {
  for (;;) {
    const file = await createFile(path, JSON.stringify(holder));
    if (file) return file;
    const found = await examine(path, times.silentForMs);
    if (found.holder && found.state === 'held') throw new DataDirInUseError(dataDir, found.holder);
    if (found.state === 'dead') await removeDeadLock(path, dataDir, found);
    await sleep(RETRY_AFTER_MS);
  }
}

/** Renews the lock. Throws from its timer, which ends the process, when the lock has become another's. */
function startRenewal(path: string, dataDir: string, file: FileHandle, { renewEveryMs }: LockTimes): NodeJS.Timeout {
  const renew = async () => {
    const now = new Date();
    await file.utimes(now, now);
    const [own, present] = await Promise.all([file.stat(), stat(path).catch(() => null)]);
    if (present && present.ino !== own.ino) throw new DataDirLostError(dataDir);
  };
  // A renewal that fails for another reason leaves the lock as it is, and the next one tries again.
  const failed = (error: unknown) => {
    if (error instanceof DataDirLostError) throw error;
  };
  return setInterval(() => void renew().catch(failed), renewEveryMs).unref();
}

/**
 * Claims the folder for this process, against others on this machine, in other containers and on other machines that share
 * the folder. A lock whose process is gone, as after kill -9, is taken over immediately; after `silentForMs` where only
 * the lock itself can show that its process is gone, as on another machine.
 * @returns a function that releases the folder.
 * @throws DataDirInUseError when a living process holds it.
 */
export async function lockDataDir(dataDir: string, times: LockTimes = TIMES): Promise<() => Promise<void>> {
  const path = join(dataDir, 'lock');
  const name = `lock-${randomBytes(4).toString('hex')}.sock`;
  const socket = await listenInFolder(join(dataDir, name));
  const closeSocket = async () => {
    socket?.close();
    await rm(join(dataDir, name), { force: true });
  };
  try {
    const file = await claim(path, dataDir, describeThisProcess(socket ? name : null), times);
    const renewal = startRenewal(path, dataDir, file, times);
    return async () => {
      clearInterval(renewal);
      await file.close();
      await rm(path, { force: true });
      await closeSocket();
    };
  } catch (error) {
    await closeSocket();
    throw error;
  }
}
