import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DiskFullError } from './disk-guard.js';
import { OperatorError } from '../../shared/operator-error.js';

const CHOOSE = 'Choose another DATA_DIR, or set DATABASE_URL.';

const REASONS: Record<string, string> = {
  EACCES: `this user may not write there. Grant it write permission, or choose another DATA_DIR.`,
  EPERM: `the system does not allow it. ${CHOOSE}`,
  EROFS: `the file system is read-only. ${CHOOSE}`,
  ENOTDIR: `a part of the path is a file. ${CHOOSE}`,
  ENOSPC: `the disk is full. Free some space, or choose another DATA_DIR.`,
  EDQUOT: `the disk quota of this user is used up. Free some space, or choose another DATA_DIR.`,
  ELOOP: `its symbolic links lead in a circle. ${CHOOSE}`,
  ENAMETOOLONG: `the path is too long. ${CHOOSE}`,
  EMFILE: `this process may not open more files. Raise its limit (ulimit -n).`,
};

/** DATA_DIR cannot be used. */
export class DataDirError extends OperatorError {
  constructor(dataDir: string, reason: string, cause?: unknown) {
    super(`The data folder ${resolve(dataDir)} (DATA_DIR) cannot be used: ${reason}`, { cause });
  }
}

/** An error of the file system as one that names the folder; any other error unchanged. */
export function explainFolderError(dataDir: string, error: unknown): unknown {
  if (error instanceof DiskFullError) return new DataDirError(dataDir, `${error.message}. Free some space.`, error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined || error instanceof OperatorError) return error;
  return new DataDirError(dataDir, REASONS[code] ?? `${(error as Error).message}. ${CHOOSE}`, error);
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

async function requireFolder(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (error) {
    if (isMissing(error)) throw new DataDirError(path, `it is a symbolic link to nothing. ${CHOOSE}`, error);
    throw error;
  }
  throw new DataDirError(path, `it is a file. ${CHOOSE}`);
}

// Not Node's recursive mkdir: it never returns below /proc, and reports ENOENT for a read-only or full disk.
async function makeFolder(path: string, mode?: number): Promise<void> {
  const parent = dirname(path);
  const hasParent = await lstat(parent).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
  if (!hasParent) await makeFolder(parent);
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return requireFolder(path);
    throw error;
  }
}

/** Makes the data folder, readable by this user alone, unless it exists. @throws DataDirError saying why it cannot. */
export async function ensureDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(resolve(dataDir), 0o700);
  } catch (error) {
    throw explainFolderError(dataDir, error);
  }
}
