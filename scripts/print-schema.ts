import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { describeMissing } from './missing-descriptions.js';
import { buildSchema } from '../src/transport/graphql/schema.js';

// Prints schema.graphql from the code; with --check compares instead, and exits 1 on drift or a missing description.
const FILE = 'schema.graphql';
const { text, executable } = buildSchema();
const faults = describeMissing(executable);
if (process.argv.includes('--check') && readFileSync(FILE, 'utf8') !== text) {
  faults.push(`${FILE} differs from the code: run npm run schema:print and look at the difference`);
} else if (faults.length === 0) writeFileSync(FILE, text);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
