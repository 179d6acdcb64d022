import 'reflect-metadata';
import { Option } from 'commander';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgresServer, type PostgresServer } from '../../test/support/servers/postgres-server.js';
import { benchmark, positive, sizes } from '../arguments.js';
import { CASES, OPERATIONS, operationOf, type Case, type Operation } from './cases.js';
import { measureGrowth } from './growth.js';
import { load } from './load.js';
import { prepareFixture, type PreparedFixture } from './fixture.js';
import { plotOf, reportOf } from './report.js';
import { median, type Results } from './results.js';
import { startTarget, type RunningTarget } from './running-target.js';
import { SERVICE_NAME, TARGETS } from './targets.js';

const ABOUT =
  'Measures create, get, list, page and _entities side by side, as Apollo Client and a router send them: the limit of the ' +
  'database, this service, and what people would use otherwise. About 25 minutes, or 5 with --quick. Writes bench/results.';

interface Values {
  quick?: true;
  rounds?: number;
  seconds?: number;
  rows: number;
  only?: Operation;
  targets?: string;
  growth?: number[];
}

const values = benchmark('bench', ABOUT)
  .option('--quick', 'two short rounds, no tails and no growth')
  .option('--rounds <number>', 'how often each is measured (5)', positive)
  .option('--seconds <number>', 'how long each time (3)', positive)
  .option('--rows <number>', 'customers that the database holds', positive, 100_000)
  .addOption(new Option('--only <operation>', 'this operation alone').choices(OPERATIONS))
  .option('--targets <pattern>', 'only those whose name matches the regular expression')
  .option('--growth <sizes>', 'the numbers of customers to grow through (1000,100000,1000000)', sizes)
  .parse()
  .opts<Values>();

const ROUNDS = values.rounds ?? (values.quick ? 2 : 5);
const SECONDS = values.seconds ?? (values.quick ? 1 : 3);
const ROWS = values.rows;
const GROWTH = values.growth ?? (values.quick ? [] : [1_000, 100_000, 1_000_000]);
const cases = CASES.filter((name) => values.only === undefined || values.only === operationOf(name));
const targets = TARGETS.filter(({ name }) => !values.targets || new RegExp(values.targets, 'i').test(name));

const ROOT = process.cwd();
const PEERS = join(ROOT, 'bench', 'peers');
const RESULTS = join(ROOT, 'bench', 'results');

function preparePeers(): void {
  const at = { cwd: PEERS, stdio: 'inherit' } as const;
  if (!existsSync(join(PEERS, 'node_modules'))) execFileSync('npm', ['ci', '--ignore-scripts'], at);
  execFileSync(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'], at);
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function environmentOf({ databaseUrl, clinicId, apiKeyId }: PreparedFixture): Record<string, string> {
  return { DATABASE_URL: databaseUrl, CLINIC_ID: clinicId, API_KEY_ID: apiKeyId };
}

async function oneRun(running: RunningTarget, name: Case, fixture: PreparedFixture, results: Results): Promise<void> {
  const { target } = running;
  const isCreate = operationOf(name) === 'create';
  // While the others were measured it was idle, and Node discarded code that it had compiled.
  await load(running, name, fixture, { seconds: 1 });
  const before = isCreate ? await fixture.countCustomers() : 0;
  const run = await load(running, name, fixture, { seconds: SECONDS });
  const of = ((results.runs[target.name] ??= {})[name] ??= []);
  of.push(run);
  if (!isCreate) return;
  // What was in flight when the clock ran out, of the load before too, is written and not counted; never the other way round.
  const written = (await fixture.countCustomers()) - before;
  if (written < run.answered || written > run.answered + 4 * 64)
    throw new Error(`${target.name}: ${run.answered} creates were answered and ${written} rows written`);
}

/** Shows which cases a target is measured with. */
const SAMPLE = { clinicId: '', apiKeyId: '', expressCustomerId: '', batch: () => [] };

/** Every target in every round, starting with another one each time, so that a slow moment affects them all alike. */
async function alternate(running: RunningTarget[], fixture: PreparedFixture, results: Results): Promise<void> {
  for (const operation of OPERATIONS) {
    // Both forms one after the other, so that a slow moment affects them alike too.
    const forms = cases.filter((name) => operationOf(name) === operation);
    const measured = running.filter(({ target }) => forms.some((name) => target.call(name, SAMPLE)));
    for (let round = 0; round < ROUNDS; round += 1) {
      const first = round % measured.length;
      for (const one of [...measured.slice(first), ...measured.slice(0, first)])
        for (const name of forms) if (one.target.call(name, SAMPLE)) await oneRun(one, name, fixture, results);
    }
    for (const name of forms) say(`${name}: ${ratesOf(measured, name, results)}`);
    for (const one of measured) (results.memory[one.target.name] ??= {})[operation] = await one.memory();
  }
}

const ratesOf = (running: RunningTarget[], name: Case, { runs }: Results): string =>
  running
    .map(({ target }) => [target.name, (runs[target.name]?.[name] ?? []).map(({ perSecond }) => perSecond)] as const)
    .filter(([, rates]) => rates.length > 0)
    .map(([target, rates]) => `${target} ${Math.round(median(rates))}/s`)
    .join(', ');

/** p99 where both are offered the same rate: 60 % of what the slower of the two can answer. */
async function measureTails(running: RunningTarget[], fixture: PreparedFixture, results: Results): Promise<void> {
  const pair = running.filter(({ target: { name } }) => name === SERVICE_NAME || name.startsWith('Mercurius'));
  if (pair.length < 2) return;
  for (const operation of OPERATIONS.filter((one) => one !== 'entities' && cases.includes(one))) {
    const most = pair.map(({ target: { name } }) =>
      median(results.runs[name]![operation]!.map((run) => run.perSecond)),
    );
    const rate = Math.floor(Math.min(...most) * 0.6);
    const tails: Record<string, number> = {};
    for (const { target } of pair) tails[target.name] = 0;
    const found: Record<string, number[]> = {};
    for (let round = 0; round < Math.min(ROUNDS, 3); round += 1)
      for (const one of pair)
        (found[one.target.name] ??= []).push((await load(one, operation, fixture, { seconds: SECONDS, rate })).p99);
    for (const [name, p99s] of Object.entries(found)) tails[name] = median(p99s);
    results.tails.push({ operation, rate, p99: tails });
  }
}

async function compare(server: PostgresServer, results: Results): Promise<void> {
  const fixture = await prepareFixture(server, ROWS);
  const running: RunningTarget[] = [];
  try {
    for (const target of targets) {
      const one = await startTarget(target, environmentOf(fixture));
      running.push(one);
      results.startMilliseconds[target.name] = one.startMilliseconds;
    }
    await alternate(running, fixture, results);
    if (!values.quick) await measureTails(running, fixture, results);
  } finally {
    await Promise.all(running.map((one) => one.stop()));
    await fixture.close();
  }
}

async function main(): Promise<void> {
  preparePeers();
  const { rounds, seconds, rows } = { rounds: ROUNDS, seconds: SECONDS, rows: ROWS };
  const results: Results = {
    rounds,
    seconds,
    rows,
    runs: {},
    memory: {},
    startMilliseconds: {},
    tails: [],
    growth: [],
  };
  const server = await startPostgresServer({
    durable: true,
    settings: { shared_buffers: '512MB', max_wal_size: '4GB' },
  });
  try {
    await compare(server, results);
    await write(results);
    if (GROWTH.length > 0) results.growth = await measureGrowth(server, GROWTH, environmentOf);
  } finally {
    await server.remove();
  }
  await write(results);
  process.stdout.write(reportOf(results));
}

async function write(results: Results): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const name = values.quick || values.targets || values.only ? 'quick' : 'service';
  await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(join(RESULTS, `${name}.md`), reportOf(results));
  await writeFile(join(RESULTS, `${name}.svg`), plotOf(results));
}

void main();
