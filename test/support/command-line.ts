import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { TestDatabase } from './engines.js';

const MAIN = join(__dirname, '../../dist/src/cli/main.js');

export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs the built command line as its own process on a database. */
export function commandLine({ databaseUrl = '', dataDir }: Pick<TestDatabase, 'databaseUrl' | 'dataDir'>) {
  const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'test', DATABASE_URL: databaseUrl, DATA_DIR: dataDir };
  return (...args: string[]): Promise<CommandResult> =>
    new Promise((resolve) => {
      const child = execFile(process.execPath, [MAIN, ...args], { env }, (_error, stdout, stderr) =>
        resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
      );
    });
}
