#!/usr/bin/env node
import 'reflect-metadata';
import { writeError } from './files.js';
import { run } from './program.js';

const { argv, env: environment, stdin, stdout, stderr } = process;
stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that stops early, as `| head` does, has what it wants.
  if (error.code === 'EPIPE') process.exit(0);
  stderr.write(`${writeError('standard output', error).message}\n`);
  process.exit(1);
});
void run(argv.slice(2), { environment, stdin, stdout, stderr }).then((exitCode) => {
  process.exitCode = exitCode;
});
