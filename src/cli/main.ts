#!/usr/bin/env node
import 'reflect-metadata';
import { run } from './program.js';

const { argv, env: environment, stdin, stdout, stderr } = process;
void run(argv.slice(2), { environment, stdin, stdout, stderr }).then((exitCode) => {
  process.exitCode = exitCode;
});
