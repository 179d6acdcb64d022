import { readFileSync } from 'node:fs';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_AFTER_MS = 20;
// Writing a lock takes a moment; one that lies there half made for longer was left by a process killed in the middle.
const WRITTEN_WITHIN_MS = 3_000;

/** Another living process has the data folder open. Not thrown for what a killed process left behind. */
export class DataDirInUseError extends Error {
  constructor(dataDir: string, pid: number) {
    super(
      `The data folder ${dataDir} is in use by process ${pid}: the embedded engine serves one process. ` +
        'Stop that process, choose another DATA_DIR, or set DATABASE_URL to share one PostgreSQL between processes.',
    );
    this.name = 'DataDirInUseError';
  }
}

interface Holder {
  pid: number;
  start: string;
}

/** When a process started, where the system tells (Linux): tells a process from a later one with the same id. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces; the start time is the 20th field behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive({ pid, start }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startOf(pid) === start;
}

async function createLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(`${process.pid} ${startOf(process.pid)}`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isOlder(path: string, ms: number): Promise<boolean> {
  const made = await stat(path).catch(() => null);
  return made !== null && Date.now() - made.mtimeMs > ms;
}

/** The living process behind a lock, 'nobody', or 'unknown' while the lock is still being written. */
async function holderOf(path: string): Promise<Holder | 'nobody' | 'unknown'> {
  const [pid, start = ''] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
  if (!pid) return (await isOlder(path, WRITTEN_WITHIN_MS)) ? 'nobody' : 'unknown';
  const holder = { pid: Number(pid), start };
  return isAlive(holder) ? holder : 'nobody';
}

/**
 * Removes a dead process's lock. Of several starts that find it, one removes it: another, a moment late, would remove the
 * lock that the first has made meanwhile. So the removal has a lock of its own, and looks again under it.
 */
async function removeDeadLock(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  if (!(await createLock(guard))) {
    if (await isOlder(guard, WRITTEN_WITHIN_MS)) await rm(guard, { force: true });
    return;
  }
  try {
    if ((await holderOf(path)) === 'nobody') await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/**
 * Claims the folder for this process. A lock whose process is gone, as after kill -9, is taken over at once.
 * @returns what gives the folder back.
 * @throws DataDirInUseError when a living process holds it.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, 'lock');
  while (!(await createLock(path))) {
    const holder = await holderOf(path);
    if (typeof holder === 'object') throw new DataDirInUseError(dataDir, holder.pid);
    if (holder === 'nobody') await removeDeadLock(path);
    await sleep(RETRY_AFTER_MS);
  }
  return () => rm(path, { force: true });
}
