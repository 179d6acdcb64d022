import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import fastify from 'fastify';
import { format, resolveConfig } from 'prettier';
import { describeMissing } from './missing-descriptions.js';
import { buildSchema } from '../src/transport/graphql/schema.js';
import { PATHS } from '../src/transport/paths.js';
import { restEndpoint } from '../src/transport/rest/endpoint.js';

// Prints schema.graphql and openapi.json from the code; with --check compares instead, and exits 1 on drift or a missing
// description.
async function describeRest(): Promise<string> {
  const server = fastify();
  await restEndpoint(server);
  const { body } = await server.inject(PATHS.openapi);
  await server.close();
  return format(body, { ...(await resolveConfig('openapi.json')), parser: 'json' });
}

async function main(): Promise<string[]> {
  const { text, executable } = buildSchema();
  const files = { 'schema.graphql': text, 'openapi.json': await describeRest() };
  const faults = describeMissing(executable);
  for (const [file, wanted] of Object.entries(files)) {
    if (!process.argv.includes('--check')) {
      if (faults.length === 0) writeFileSync(file, wanted);
    } else if (readFileSync(file, 'utf8') !== wanted)
      faults.push(`${file} differs from the code: run npm run schema:print and look at the difference`);
  }
  return faults;
}

void main().then((faults) => {
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.exitCode = faults.length > 0 ? 1 : 0;
});
