#!/usr/bin/env node
import { requireSupportedNode } from '../startup/node-version.js';

async function main(): Promise<void> {
  await import('reflect-metadata');
  const { loadEnvFile } = await import('../startup/env-file.js');
  const { writeError } = await import('./files.js');
  const { run } = await import('./program.js');
  const { argv, env: environment, stdin, stdout, stderr } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that stops early, as `| head` does, has what it wants.
    if (error.code === 'EPIPE') process.exit(0);
    stderr.write(`${writeError('standard output', error).message}\n`);
    process.exit(1);
  });
  try {
    loadEnvFile();
  } catch (error) {
    stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
  process.exitCode = await run(argv.slice(2), { environment, stdin, stdout, stderr });
}

requireSupportedNode();
void main();
