import type { Readable } from 'node:stream';
import { dirname } from 'node:path';
import { OperatorError } from '../shared/operator-error.js';

/** What the system's error codes mean, whatever was done with the file. */
const REASONS: Record<string, string> = {
  EACCES: 'this user lacks the permission',
  EPERM: 'the system does not permit it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'its path leads through a file',
  ELOOP: 'its path is a circle of links',
  ENAMETOOLONG: 'its name is too long',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than the system allows',
  EMFILE: 'too many files are open',
  EIO: 'the device reports an error',
};

const getErrorCode = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? (error as Error).message;

function describe(error: unknown, reasons: Record<string, string>): string {
  const code = getErrorCode(error);
  return `${reasons[code] ?? REASONS[code] ?? 'the system reports an error'} (${code})`;
}

/** @returns the error that a failed read of `name`, a path or "standard input", ends the command with. */
export const readError = (name: string, error: unknown): OperatorError =>
  new OperatorError(`Cannot read ${name}: ${describe(error, { ENOENT: 'there is no such file' })}.`);

/** @returns the error that a failed write to `name`, an option with its path or "standard output", ends the command with. */
export const writeError = (name: string, error: unknown): OperatorError =>
  new OperatorError(`Cannot write ${name}: ${describe(error, {})}.`);

/** @returns the error that opening the new file `path`, the value of `option`, ends the command with. */
export function createError(option: string, path: string, error: unknown): OperatorError {
  const reason = describe(error, {
    EEXIST: 'it exists already, and nothing is overwritten',
    ENOENT: `there is no folder ${dirname(path)}`,
  });
  return new OperatorError(`Cannot create ${option} ${path}: ${reason}. Choose a new file in a folder that exists.`);
}

/** The chunks of a stream, as they come. @throws OperatorError naming what cannot be read. */
export async function* readChunks(input: Readable, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw readError(name, error);
  }
}
