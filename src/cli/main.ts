#!/usr/bin/env node
import 'reflect-metadata';
import { run } from './program.js';

const { argv, env: environment, stdin, stdout, stderr } = process;
// Whoever reads may stop early, as `| head` does; nobody is left to be told.
stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
void run(argv.slice(2), { environment, stdin, stdout, stderr }).then((exitCode) => {
  process.exitCode = exitCode;
});
