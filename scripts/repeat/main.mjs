// npm run test:repeat -- [times] [Jest's arguments]: runs the tests so many times (20), each time in another order of files and of the tests
// in each, and ends at the first failure with what that run printed. REPEAT_SEED=n runs that order once more.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const [first, ...rest] = process.argv.slice(2);
const hasTimes = /^\d+$/.test(first ?? '');
const times = hasTimes ? Number(first) : 20;
const given = hasTimes || first === undefined ? rest : [first, ...rest];
const LEAKED = 'failed to exit gracefully';

const folder = mkdtempSync(join(tmpdir(), 'avara-repeat-'));
const reportFile = join(folder, 'report.json');

function readReport() {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return null;
  }
}

async function runOnce(seed) {
  rmSync(reportFile, { force: true });
  const order = ['--randomize', `--seed=${seed}`, '--testSequencer', './scripts/repeat/shuffled.cjs'];
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', ...order, '--json'];
  const started = performance.now();
  const child = spawn(process.execPath, [...jest, '--outputFile', reportFile, ...given], {
    env: { ...process.env, REPEAT_SEED: String(seed) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  const seconds = (performance.now() - started) / 1000;
  return { isGreen: code === 0, seconds, report: readReport(), output, seed };
}

const inMinutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, '0')}`;

function describe({ isGreen, seconds, report, output, seed }) {
  const counts = report
    ? `${report.numPassedTests} of ${report.numTotalTests} tests in ${report.numTotalTestSuites} files`
    : 'no report';
  // Jest waits half a second for its workers, which a busy machine exceeds: worth a line, and no failure of a test.
  const leak = output.includes(LEAKED) ? ', a worker had to be ended' : '';
  return `${isGreen ? 'green' : 'FAILED'}: ${counts}, ${inMinutes(seconds)} min, order ${seed}${leak}`;
}

async function runAll() {
  let total = 0;
  for (let n = 1; n <= times; n += 1) {
    const run = await runOnce(process.env.REPEAT_SEED ?? randomInt(2 ** 31));
    total += run.seconds;
    const left = run.isGreen && n < times ? `; about ${inMinutes((total / n) * (times - n))} min left` : '';
    console.log(`${n}/${times} ${describe(run)}${left}`);
    if (run.isGreen) continue;
    console.log(`${run.output}\nThe same order again: REPEAT_SEED=${run.seed} npm run test:repeat -- 1`);
    return 1;
  }
  console.log(`${times} of ${times} runs are green, ${inMinutes(total / times)} min each.`);
  return 0;
}

try {
  process.exitCode = await runAll();
} finally {
  rmSync(folder, { recursive: true });
}
