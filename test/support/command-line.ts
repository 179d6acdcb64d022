import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { run } from '../../src/cli/program.js';
import type { TestDatabase } from './engines.js';

/** The built command line. */
export const COMMAND_LINE = join(__dirname, '../../dist/src/cli/main.js');

export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

type Place = Pick<TestDatabase, 'databaseUrl' | 'dataDir'>;

export const environmentOf = ({ databaseUrl = '', dataDir }: Place): NodeJS.ProcessEnv => ({
  ...{ PATH: process.env.PATH, NODE_ENV: 'test' },
  ...{ DATABASE_URL: databaseUrl, DATA_DIR: dataDir },
});

function memory(): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

interface Around {
  input?: string;
  /** Whether a person looks at standard error. */
  isTTY?: boolean;
}

/** Runs the command line on a database, in this process. */
export function commandLine(place: Place, { input = '', isTTY = false }: Around = {}) {
  return async (...args: string[]): Promise<CommandResult> => {
    const [stdout, stderr] = [memory(), memory()];
    const environment = environmentOf(place);
    const stdin = Readable.from([Buffer.from(input)]);
    Object.assign(stderr.stream, { isTTY, columns: 80 });
    const exitCode = await run(args, { environment, stdin, stdout: stdout.stream, stderr: stderr.stream });
    return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
  };
}

/** The same as a process of its own, from the built code. */
export const commandLineProcess =
  (place: Place) =>
  (...args: string[]): Promise<CommandResult> =>
    new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [COMMAND_LINE, ...args],
        { env: environmentOf(place), cwd: process.env.TEST_SCRATCH! },
        (_, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
      );
    });
