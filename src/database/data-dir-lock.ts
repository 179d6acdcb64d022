import { readFileSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

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

function isAlive(pid: number, start: string): boolean {
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

/**
 * Claims the folder for this process. A lock whose process is gone, as after kill -9, is taken over at once.
 * @returns what gives the folder back.
 * @throws DataDirInUseError when a living process holds it.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, 'lock');
  while (!(await createLock(path))) {
    const [pid, start = ''] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
    if (pid && isAlive(Number(pid), start)) throw new DataDirInUseError(dataDir, Number(pid));
    await rm(path, { force: true });
  }
  return () => rm(path, { force: true });
}
