// npm run test:node [-- 22 24]: builds, starts, creates and runs the unit tests on other versions of Node than this one. Node itself comes
// from npm, into a scratch folder, and so does a copy of the checkout: dist/ and data/ here stay as they are.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call, whileStarted } from './npm-start.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
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

function run(command, { cwd, env }) {
  const { status } = spawnSync('npm', ['run', '--silent', ...command], { cwd, env, stdio: 'inherit' });
  assert(status === 0, `npm run ${command.join(' ')} failed`);
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
