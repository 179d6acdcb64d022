// npm run test:node [-- 22 24]: builds, starts, creates and runs the unit tests on other versions of Node than this one. Node itself comes
// from npm, into a scratch folder, and so does a copy of the checkout: dist/ and data/ here stay as they are.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const READY_WITHIN_MS = 120_000;
/** Not part of a checkout, or not needed to build and test it. */
const LEFT_OUT =
  /^(node_modules|dist|data|coverage|\.git|\.env|bench\/peers\/node_modules|examples\/frontend\/node_modules)$/;
const system = process.platform === 'win32' ? 'win' : process.platform;
const programs = `node-${system}-${process.arch}`;

/** @returns the folder of the program `node`; null where npm does not have that version for this machine. */
function installNode(version, folder) {
  const options = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--silent'];
  const { status } = spawnSync('npm', ['install', ...options, `${programs}@${version}`], { stdio: 'inherit' });
  return status === 0 ? join(folder, 'node_modules', programs, 'bin') : null;
}

function copyCheckout(folder) {
  const isWanted = (file) => !LEFT_OUT.test(relative(root, file).replaceAll('\\', '/'));
  cpSync(root, folder, { recursive: true, filter: isWanted });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

function run(command, { cwd, env }) {
  const { status } = spawnSync('npm', ['run', '--silent', ...command], { cwd, env, stdio: 'inherit' });
  assert(status === 0, `npm run ${command.join(' ')} failed`);
}

async function untilReady(url, child) {
  const deadline = Date.now() + READY_WITHIN_MS;
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    assert(child.exitCode === null && Date.now() < deadline, 'npm start did not get ready');
    await sleep(50);
  }
}

/** `npm start`, as a person does it, in a process group of its own: a terminal's Ctrl-C reaches all of it. */
async function whileStarted({ cwd, env }, work) {
  const port = await findFreePort();
  const options = { cwd, env: { ...env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit'], detached: true };
  const child = spawn('npm', ['start'], options);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  try {
    const url = `http://127.0.0.1:${port}`;
    await untilReady(url, child);
    await work(url);
  } finally {
    const end = child.exitCode === null ? once(child, 'close') : undefined;
    process.kill(-child.pid, 'SIGINT');
    await end;
  }
  assert(
    output.includes('Stopped.'),
    `npm start did not stop in order after Ctrl-C:
${output}`,
  );
}

async function call(url, cwd, path, body) {
  const authorization = `Bearer ${readFileSync(join(cwd, 'data/api-key'), 'utf8').trim()}`;
  const headers = { authorization, ...(body && { 'content-type': 'application/json' }) };
  const response = await fetch(`${url}${path}`, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  assert(response.ok, `${path} was answered with ${response.status}`);
  return response.json();
}

const MUTATION =
  'mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }';

async function createAndFindAgain(place) {
  const { cwd } = place;
  await whileStarted(place, async (url) => {
    const variables = { input: { expressCustomerName: 'By GraphQL' } };
    const { data } = await call(url, cwd, '/graphql', { query: MUTATION, variables });
    assert(/^cus_/.test(data.createExpressCustomer.expressCustomerId), 'createExpressCustomer gave no id');
    await call(url, cwd, '/v1/express', { expressCustomerName: 'By REST' });
  });
  await whileStarted(place, async (url) => {
    const { expressCustomers } = await call(url, cwd, '/v1/express');
    assert(expressCustomers.length === 2, 'a restart did not find both customers again');
  });
}

/** @returns whether all went well; null where there is no such Node. */
async function tryVersion(version) {
  const scratch = mkdtempSync(join(tmpdir(), 'avara-node-'));
  try {
    const folder = installNode(version, join(scratch, 'programs'));
    if (folder === null) return null;
    const cwd = join(scratch, 'checkout');
    copyCheckout(cwd);
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
    spawnSync('node', ['-p', '`\\nNode ${process.version}`'], { env, stdio: ['ignore', 2, 2] });
    run(['build'], { cwd, env });
    await createAndFindAgain({ cwd, env });
    run(['test:unit'], { cwd, env });
    return true;
  } catch (error) {
    console.error(error.message);
    return false;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const versions = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24'];
for (const version of versions) {
  const isGood = await tryVersion(version);
  if (isGood === null)
    console.error(`NOT RUN: the tests on Node ${version}. npm has no ${programs}@${version}, or cannot be reached.`);
  else console.error(`Node ${version}: ${isGood ? 'built, started, created, and passed the unit tests' : 'failed'}`);
  if (isGood === false) process.exitCode = 1;
}
