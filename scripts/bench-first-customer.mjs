// npm run bench:first-customer: the time from `git clone` to the first customer, of a second start, and of the command line, in a clone of the
// last commit. The packages come from npm's cache where it has them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { call, whileStarted } from './npm-start.mjs';

/** In seconds. */
const MOST = { 'first customer': 40, 'second start': 2, 'command line': 1 };

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const scratch = mkdtempSync(join(tmpdir(), 'avara-first-'));
const cwd = join(scratch, 'clone');
const place = { cwd, env: process.env };

function timed(program, args, options = {}) {
  const startedAt = performance.now();
  const { status } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
  return performance.now() - startedAt;
}

const format = (ms) => `${(ms / 1_000).toFixed(1)} s`;

// Of all programs that have ended, in hundredths of a second: it hardly depends on what else the machine does. Linux alone says it.
function readProcessorMs() {
  if (process.platform !== 'linux') return null;
  const fields = readFileSync('/proc/self/stat', 'utf8').replace(/.*\) /s, '').split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

function report(name, ms, processorBefore, parts = '') {
  const processor =
    processorBefore === null ? '' : `, ${format(readProcessorMs() - processorBefore)} of processor time`;
  console.log(`${name}: ${format(ms)}, at most ${format(MOST[name] * 1_000)}${parts}${processor}`);
  if (ms > MOST[name] * 1_000) process.exitCode = 1;
}

async function createFirst() {
  const before = readProcessorMs();
  const cloning = timed('git', ['clone', '--quiet', '--no-hardlinks', root, cwd]);
  const installing = timed('npm', ['ci'], { cwd });
  let [starting, creating] = [0, 0];
  await whileStarted(place, async (url, readyAfter) => {
    starting = readyAfter;
    const sentAt = performance.now();
    await call(url, cwd, '/v1/express', { expressCustomerName: 'The first' });
    creating = performance.now() - sentAt;
  });
  const parts = `; git clone ${format(cloning)}, npm ci ${format(installing)}, npm start ${format(starting)}`;
  report('first customer', cloning + installing + starting + creating, before, parts);
}

async function startAgain() {
  const before = readProcessorMs();
  let starting = 0;
  await whileStarted(place, async (_url, readyAfter) => (starting = readyAfter));
  report('second start', starting, before);
}

function callCommandLine() {
  const before = readProcessorMs();
  report('command line', timed('npm', ['run', '--silent', 'cli', '--', '--help'], { cwd }), before);
}

try {
  await createFirst();
  await startAgain();
  callCommandLine();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
