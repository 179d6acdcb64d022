import { ConfigError } from '../config/config.js';
import { DataDirInUseError } from '../database/data-dir-lock.js';
import { UnsupportedPostgresError } from '../database/server-checks.js';
import { isUnavailable } from '../database/postgres-errors.js';

/** HOST is a name, and no address is known for it. */
export class UnknownHostError extends Error {
  constructor(host: string, cause: Error) {
    super(`No address is known for the name ${host}. Set HOST to an address of this machine.`, { cause });
    this.name = 'UnknownHostError';
  }
}

const EXPLAINED = [ConfigError, DataDirInUseError, UnsupportedPostgresError, UnknownHostError];

// What the system or PostgreSQL says, and what whoever starts the service can do about it.
const ADVICE: Record<string, string> = {
  EADDRINUSE: 'The port is taken. Set PORT, or METRICS_PORT, to another, or stop what uses it.',
  EADDRNOTAVAIL: 'This machine has no such address. Set HOST to one of its own, or to 0.0.0.0 for all.',
  EACCES: 'Permission is missing. Choose a DATA_DIR that this user may write to, or a PORT above 1023.',
  EROFS: 'The file system is read-only. Choose a DATA_DIR that can be written to.',
  ENOTDIR: 'DATA_DIR leads through a file. Choose a folder.',
  EEXIST: 'DATA_DIR is a file. Choose a folder.',
  ENOSPC: 'The disk is full. Free some space, or choose another DATA_DIR.',
  '28P01': 'PostgreSQL refuses the user or the password in DATABASE_URL.',
  '28000': 'PostgreSQL refuses the user in DATABASE_URL.',
  '3D000': 'PostgreSQL has no database of the name in DATABASE_URL. Create it, or correct the name.',
  '42501': 'The user in DATABASE_URL may not change the schema. Grant it CREATE on the database and its schema.',
};

/** What is wrong, in words for whoever starts the service; a stack only where nobody foresaw it. */
export function explainStartError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (EXPLAINED.some((kind) => error instanceof kind)) return error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  const advice = ADVICE[code ?? ''];
  if (advice) return `${advice} (${message})`;
  if (isUnavailable(error))
    return `No database answers at DATABASE_URL. Start it, or correct the address. (${code ?? message})`;
  return stack ?? message;
}
