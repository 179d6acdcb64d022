'use strict';
const { execFileSync, spawn } = require('node:child_process');
const { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:net');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Command } = require('commander');

const ROOT = join(__dirname, '../..');
const ABOUT = 'Serves a React page at http://127.0.0.1:5173 with a service of its own, which forgets when it stops.';
const options = new Command('npm run example:frontend --')
  .description(ABOUT)
  .option('--once', 'check and build the page, walk through it in Chromium, and stop')
  .addHelpText('after', '\nFRONTEND_PORT chooses another port than 5173.')
  .parse()
  .opts();
const isOnce = options.once;
const CUSTOMERS = 3;
const CREATE = 'mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { id } }';

const npm = (...words) =>
  execFileSync('npm', words, {
    cwd: __dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });

function prepare() {
  if (!existsSync(join(__dirname, 'node_modules'))) {
    console.log("Installing the example's packages ...");
    npm('ci');
  }
  npm('run', '--silent', 'codegen');
  if (isOnce) npm('run', '--silent', 'check');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The manifest of the page, and one of what this file and the test of the page send: nothing else runs. */
function nameTrustedDocuments(folder) {
  const { documents } = require('./test/flow.cjs');
  const own = join(folder, 'documents.json');
  writeFileSync(own, JSON.stringify(Object.fromEntries([CREATE, ...documents].map((text, at) => [`own-${at}`, text]))));
  const files = [join(__dirname, 'src/gql/persisted-documents.json'), own];
  return { TRUSTED_DOCUMENTS: files.join(','), TRUSTED_DOCUMENTS_ONLY: 'true' };
}

async function startService() {
  const dataDir = mkdtempSync(join(tmpdir(), 'express-customers-frontend-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const own = { HOST: '127.0.0.1', PORT: new URL(url).port, DATA_DIR: dataDir, DATABASE_URL: '', LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, [join(ROOT, 'dist/src/main.js')], {
    env: {
      ...process.env,
      ...own,
      ...nameTrustedDocuments(dataDir),
      NODE_ENV: 'development',
      OIDC_ISSUER: '',
      REDIS_URL: '',
      METRICS_PORT: '',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  };
  for (;;) {
    if (child.exitCode !== null) throw new Error('The service ended; what it wrote says why.');
    const { ok } = await fetch(`${url}/readyz`).catch(() => ({ ok: false }));
    if (ok) return { url, key: readFileSync(join(dataDir, 'api-key'), 'utf8').trim(), stop };
    await sleep(100);
  }
}

/** Asks the service directly, as somebody else at another screen would. */
const asker = (service) => async (query, variables) => {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${service.key}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return data;
};

/** Some customers to look at. */
async function fill(ask) {
  for (let number = 1; number <= CUSTOMERS; number++) {
    await ask(CREATE, { input: { expressCustomerName: `Imaging Center ${number}` } });
  }
}

async function develop(service) {
  const { createServer: createVite } = await import('vite');
  const vite = await createVite({ root: __dirname, server: { port: Number(process.env.FRONTEND_PORT ?? 5173) } });
  await vite.listen();
  console.log(`\nThe page: ${vite.resolvedUrls.local[0]}\nIts service: ${service.url}/graphql\nCtrl-C stops both.`);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await vite.close();
}

async function once(ask) {
  const { build, preview } = await import('vite');
  await build({ root: __dirname, logLevel: 'warn' });
  const server = await preview({ root: __dirname, preview: { port: await freePort(), strictPort: true } });
  const { flow } = require('./test/flow.cjs');
  await flow({ page: server.resolvedUrls.local[0], ask, customers: CUSTOMERS }).finally(() => server.close());
}

async function run() {
  prepare();
  console.log('Starting the service ...');
  const service = await startService();
  try {
    const ask = asker(service);
    await fill(ask);
    // Read by vite.config.ts.
    Object.assign(process.env, { SERVICE_URL: service.url, SERVICE_KEY: service.key });
    await (isOnce ? once(ask) : develop(service));
  } finally {
    await service.stop();
  }
}

run().catch((error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
