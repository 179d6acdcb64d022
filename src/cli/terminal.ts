import type { Readable, Writable } from 'node:stream';

/** Where a command is called from: the process itself, or a test. */
export interface Terminal {
  environment: NodeJS.ProcessEnv;
  stdin: Readable;
  stdout: Writable;
  stderr: Writable & { isTTY?: boolean };
}
