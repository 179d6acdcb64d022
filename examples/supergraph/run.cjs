'use strict';
const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Command } = require('commander');
const { users, studies, startSubgraph } = require('./subgraphs.cjs');
const { startGateway } = require('./gateway.cjs');

const ABOUT =
  'Composes the service with two small subgraphs, users and studies, and serves all three through one gateway, with a query ' +
  'across them. Its data stay in data/example-supergraph.';

const { once: isOnce } = new Command('npm run example:supergraph --')
  .description(ABOUT)
  .option('--once', 'ask the query, print the answer, and stop')
  .addHelpText('after', '\nGATEWAY_PORT (4100) and SERVICE_PORT (4101) choose other ports.')
  .parse()
  .opts();
const ROOT = join(__dirname, '../..');
const DATA_DIR = join(ROOT, 'data/example-supergraph');
const SERVICE_PORT = Number(process.env.SERVICE_PORT ?? 4101);
const GATEWAY_PORT = Number(process.env.GATEWAY_PORT ?? 4100);
const SERVICE = `http://127.0.0.1:${SERVICE_PORT}`;
const USER_ID = `usr_${'5e7'.padStart(32, '0')}`;

const QUERY = `query AcrossThreeSubgraphs($id: ID!) {
  expressCustomer(expressCustomerId: $id) {
    expressCustomerName            # express customers
    users { nodes { userId name } } # users
    studies { studyId title }       # studies
  }
}`;

async function startService() {
  const env = { ...process.env, PORT: String(SERVICE_PORT), DATA_DIR, DATABASE_URL: '', LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, [join(ROOT, 'dist/src/main.js')], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error('The service ended; what it wrote says why.');
    const { ok } = await fetch(`${SERVICE}/readyz`).catch(() => ({ ok: false }));
    if (ok) return { key: readFileSync(join(DATA_DIR, 'api-key'), 'utf8').trim(), stop: () => child.kill('SIGTERM') };
    await sleep(100);
  }
}

async function ask(url, key, query, variables) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return response.json();
}

/** Creates a customer with a user, so that there is something to cross. */
async function prepare(key) {
  const create =
    'mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }';
  const input = {
    expressCustomerName: 'City Medical Center - Radiology Department',
    idempotencyKey: 'example-supergraph',
  };
  const { data } = await ask(`${SERVICE}/graphql`, key, create, { input });
  const { expressCustomerId } = data.createExpressCustomer;
  const add =
    'mutation($input: AddUserToExpressCustomerInput!) { addUserToExpressCustomer(input: $input) { userCount } }';
  await ask(`${SERVICE}/graphql`, key, add, { input: { expressCustomerId, userId: USER_ID } });
  return expressCustomerId;
}

async function run() {
  console.log('Starting the service, two subgraphs and a gateway ...');
  const service = await startService();
  const others = await Promise.all(
    [users, studies].map(async (subgraph) => ({ ...subgraph, ...(await startSubgraph(subgraph)) })),
  );
  const typeDefs = readFileSync(join(ROOT, 'schema.graphql'), 'utf8');
  const gateway = await startGateway(
    [{ name: 'express-customers', url: `${SERVICE}/graphql`, typeDefs }, ...others],
    GATEWAY_PORT,
  );
  const id = await prepare(service.key);
  console.log(`\n${QUERY}\n`);
  const answer = await ask(gateway.url, service.key, QUERY, { id });
  console.log(JSON.stringify(answer, null, 2));
  const stop = async () => {
    await gateway.stop();
    for (const other of others) await other.stop();
    service.stop();
  };
  if (isOnce) {
    process.exitCode = answer.errors ? 1 : 0;
    return stop();
  }
  console.log(
    `\nThe gateway answers at ${gateway.url}; send it "authorization: Bearer $(cat data/example-supergraph/api-key)". Ctrl-C stops all.`,
  );
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

run().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
