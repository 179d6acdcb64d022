import 'reflect-metadata';
import autocannon from 'autocannon';
import { Argument } from 'commander';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgresServer } from '../../test/support/servers/postgres-server.js';
import { benchmark, positive } from '../arguments.js';
import { load } from '../service/load.js';
import { prepareFixture, type PreparedFixture } from '../service/fixture.js';
import { startTarget, type RunningTarget } from '../service/running-target.js';
import { churn } from './churn.js';
import { pace, type Offered } from './pace.js';
import type { Call } from '../service/cases.js';
import { SERVICE_NAME, TARGETS } from '../service/targets.js';

const ABOUT =
  'overload offers more than can be answered and sorts what comes back (80 s). soak offers a steady load for long and follows ' +
  'memory and descriptors (half an hour). churn changes documents, keys, clinics and cursors all the time (9 minutes).';

interface Values {
  seconds?: number;
  times: number;
  rate?: number;
  slowCommits?: number;
}

const program = benchmark('bench:endurance', ABOUT)
  .addArgument(new Argument('<experiment>').choices(['overload', 'soak', 'churn']))
  .option('--seconds <number>', 'how long (overload 60, soak 1800, churn 540)', positive)
  .option('--times <number>', 'overload: how many times what can be answered is offered', positive, 5)
  .option('--slow-commits <ms>', 'overload: updates on a database that takes so long for each commit', positive)
  .option('--rate <number>', 'soak: creates a second (half of what can be answered)', positive)
  .parse();
const values = program.opts<Values>();

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const target = TARGETS.find(({ name }) => name === SERVICE_NAME)!;

const percentile = (sorted: number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

type CallsOf = (connection: number) => Call[];

const creates: CallsOf = () => [target.call('create, plain', { clinicId: '', apiKeyId: '', expressCustomerId: '' })!];

const UPDATE = `mutation ($id: ID!, $name: String!) {
  updateExpressCustomer(input: { expressCustomerId: $id, expressCustomerName: $name }) { version }
}`;

/** Each changes something: no customer gets the name that it has. */
const updateOf =
  ({ ids }: PreparedFixture) =>
  (n: number): Call => ({
    ...{ method: 'POST', path: '/graphql' },
    body: JSON.stringify({ query: UPDATE, variables: { id: ids[n % ids.length], name: `name ${n}` } }),
  });

/** For a connection that sends one after the other: its customer's name is always another. */
const updatesOf =
  (fixture: PreparedFixture): CallsOf =>
  (connection) =>
    [0, 1].map((turn) => updateOf(fixture)(connection + turn * fixture.ids.length));

interface Offer {
  seconds: number;
  connections: number;
  /** Requests per second, whatever is answered; as many as are answered when left out. */
  rate?: number;
}

/** Offers calls, and sorts the answers' times by whether they were admitted. */
async function offer(
  url: string,
  token: string,
  callsOf: CallsOf,
  { seconds, connections, rate }: Offer,
): Promise<Offered> {
  const offered: Offered = { accepted: [], shed: [], other: 0 };
  let connection = 0;
  await new Promise<void>((resolve, reject) => {
    const options = {
      url,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      connections,
      ...(rate !== undefined && { overallRate: rate }),
      duration: seconds,
      setupClient: (client: autocannon.Client) => {
        client.setRequests(callsOf(connection++));
      },
    };
    const run = autocannon(options, (error?: Error | null) => (error ? reject(error) : resolve()));
    run.on('response', (_client, status, _bytes, ms) => {
      if (status === 200) offered.accepted.push(ms);
      else if (status === 503) offered.shed.push(ms);
      else offered.other += 1;
    });
  });
  offered.accepted.sort((a, b) => a - b);
  offered.shed.sort((a, b) => a - b);
  return offered;
}

/** What is offered, and what of it goes through when as much is offered as is answered. */
function experiment(running: RunningTarget, fixture: PreparedFixture) {
  const { url } = running;
  const creating = (options: Offer) => offer(url, fixture.token, creates, options);
  const updating = (options: Offer) => offer(url, fixture.token, updatesOf(fixture), options);
  const closed = values.slowCommits ? updating : creating;
  return {
    peak: async (seconds: number) => (await closed({ seconds, connections: 64 })).accepted.length / seconds,
    // A machine that has time for it offers evenly; 20,000 a second need a generator that bundles them.
    offer: (rate: number, seconds: number) =>
      values.slowCommits
        ? pace(url, fixture.token, updateOf(fixture), { rate, seconds })
        : creating({ rate, seconds, connections: 1_000 }),
  };
}

async function overload(running: RunningTarget, fixture: PreparedFixture, seconds: number): Promise<void> {
  const { peak: measure, offer: offerAt } = experiment(running, fixture);
  const peak = await measure(10);
  const rate = Math.round(peak * values.times);
  say(`peak: ${Math.round(peak)}/s; offering ${rate}/s for ${seconds} s`);
  const { accepted, shed, other } = await offerAt(rate, seconds);
  const megabytes = await running.memory();
  const after = await measure(5);
  const goodput = accepted.length / seconds;
  say(`offered in fact: ${Math.round((accepted.length + shed.length + other) / seconds)}/s`);
  say(`goodput: ${Math.round(goodput)}/s, ${(goodput / peak).toFixed(2)} of the peak`);
  const p99 = (times: number[]) => `${percentile(times, 0.99).toFixed(0)} ms`;
  say(`accepted p99 ${p99(accepted)}, shed p99 ${p99(shed)} (${shed.length} shed, ${other} other)`);
  say(`memory ${megabytes.toFixed(0)} MB; in the 5 s after it ${Math.round(after)}/s`);
}

/** By least squares, per hour. */
function slope(samples: [seconds: number, value: number][]): number {
  const mean = (at: 0 | 1) => samples.reduce((sum, sample) => sum + sample[at], 0) / samples.length;
  const [x, y] = [mean(0), mean(1)];
  const over = samples.reduce((sum, [seconds, value]) => sum + (seconds - x) * (value - y), 0);
  return (over / samples.reduce((sum, [seconds]) => sum + (seconds - x) ** 2, 0)) * 3_600;
}

async function soak(running: RunningTarget, fixture: PreparedFixture, seconds: number): Promise<void> {
  const rate = values.rate ?? Math.round((await load(running, 'create', fixture, { seconds: 10 })).perSecond / 2);
  say(`soaking at ${rate} creates/s for ${seconds} s`);
  const memory: [number, number][] = [];
  const descriptors: [number, number][] = [];
  const started = performance.now();
  const since = () => (performance.now() - started) / 1_000;
  const offering = offer(running.url, fixture.token, creates, { seconds, connections: 1_000, rate });
  // Not at the very end, when the load closes its connections.
  while (since() < seconds - 15) {
    await sleep(10_000);
    memory.push([since(), await running.memory()]);
    descriptors.push([since(), (await readdir(`/proc/${running.pid}/fd`)).length]);
    if (memory.length % 6 === 0)
      say(`${Math.round(since())} s: ${memory.at(-1)![1].toFixed(0)} MB, ${descriptors.at(-1)![1]} descriptors`);
  }
  const { accepted, shed, other } = await offering;
  // The first third fills caches and lets the heap find its size.
  const settled = <T>(samples: T[]) => samples.slice(Math.floor(samples.length / 3));
  say(
    `${accepted.length} answered, ${shed.length} shed, ${other} other; p99 ${percentile(accepted, 0.99).toFixed(0)} ms`,
  );
  say(
    `memory ${slope(settled(memory)).toFixed(1)} MB per hour, descriptors ${slope(settled(descriptors)).toFixed(1)} per hour`,
  );
}

async function reportChurn(running: RunningTarget, fixture: PreparedFixture, seconds: number): Promise<void> {
  say(`changing documents, keys, clinics and cursors for ${seconds} s`);
  const { calls, wrong, memory } = await churn(running, fixture, seconds);
  const [peak, last] = [Math.max(...memory), memory.at(-1)!];
  say(
    `${calls} calls, ${wrong} answered wrongly; memory ${peak.toFixed(0)} MB at most, ${last.toFixed(0)} MB at the end`,
  );
}

async function main(): Promise<void> {
  // Commits that take long: the database is the limit, and the machine has time for whoever offers.
  const settings = values.slowCommits ? { commit_delay: values.slowCommits * 1_000, commit_siblings: 0 } : {};
  const server = await startPostgresServer({ durable: true, settings });
  const fixture = await prepareFixture(server, 10_000);
  const env = { DATABASE_URL: fixture.databaseUrl, RATE_LIMIT_POINTS: '0' };
  const running = await startTarget(target, env);
  try {
    if (program.args[0] === 'overload') await overload(running, fixture, values.seconds ?? 60);
    else if (program.args[0] === 'soak') await soak(running, fixture, values.seconds ?? 1_800);
    else await reportChurn(running, fixture, values.seconds ?? 540);
  } finally {
    await running.stop();
    await fixture.close();
    await server.remove();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
