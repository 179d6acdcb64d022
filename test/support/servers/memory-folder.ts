import { access, constants, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';

const MEMORY = '/dev/shm';
/** Some hundred databases of 10 to 20 MB each, of which a few exist at any time, and PostgreSQL's own log. */
const NEEDED_BYTES = 3 * 1024 ** 3;

/**
 * Where data lies that nobody needs after the tests: in memory on a Linux that has room for it there, since a copy of a template
 * has some hundred files; otherwise, and for experiments whose figures are about a disk, in the folder for temporary files.
 */
export async function findMemoryFolder(): Promise<string> {
  if (process.env.FAULT_LENGTH) return tmpdir();
  try {
    await access(MEMORY, constants.W_OK);
    const { bavail, bsize } = await statfs(MEMORY);
    return bavail * bsize >= NEEDED_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}
