#!/usr/bin/env node
import 'reflect-metadata';
import { run } from './program.js';

void run(process.argv).then((exitCode) => {
  process.exitCode = exitCode;
});
