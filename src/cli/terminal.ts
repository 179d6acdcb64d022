import type { Readable, Writable } from 'node:stream';

/** An output and, where it is a terminal, its width in characters. */
type Output = Writable & { isTTY?: boolean; columns?: number | undefined };

/** Where a command is called from: the process itself, or a test. */
export interface Terminal {
  environment: NodeJS.ProcessEnv;
  stdin: Readable;
  stdout: Output;
  stderr: Output;
}

/** How many characters fit on a line of standard output; infinitely many in a file or a pipe, unless COLUMNS is set. */
export function getLineWidth({ environment, stdout }: Terminal): number {
  if (stdout.isTTY && stdout.columns) return stdout.columns;
  return /^[1-9]\d*$/.test(environment.COLUMNS ?? '') ? Number(environment.COLUMNS) : Infinity;
}
