import 'reflect-metadata';
import autocannon from 'autocannon';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPostgresServer } from '../../test/support/postgres-server.js';
import { load } from '../service/load.js';
import { preparePlace, type PreparedPlace } from '../service/place.js';
import { startTarget, type RunningTarget } from '../service/running-target.js';
import { SERVICE_NAME, TARGETS } from '../service/targets.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, times: { type: 'string', default: '5' }, rate: { type: 'string' } },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const target = TARGETS.find(({ name }) => name === SERVICE_NAME)!;

const percentile = (sorted: number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

interface Offered {
  accepted: number[];
  shed: number[];
  other: number;
}

/** Offers creates at a rate, whatever is answered, and sorts the answers' times by whether they were let in. */
async function offer(url: string, { token }: PreparedPlace, rate: number, seconds: number): Promise<Offered> {
  const offered: Offered = { accepted: [], shed: [], other: 0 };
  const { method, path, body } = target.call('create', { clinicId: '', apiKeyId: '', expressCustomerId: '' })!;
  await new Promise<void>((resolve, reject) => {
    const options = {
      url: url + path,
      method,
      body: body!,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      connections: 1_000,
      overallRate: rate,
      duration: seconds,
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

async function overload(running: RunningTarget, place: PreparedPlace, seconds: number): Promise<void> {
  const peak = await load(running, 'create', place, { seconds: 10 });
  const rate = Math.round(peak.perSecond * Number(values.times));
  say(`peak: ${Math.round(peak.perSecond)} creates/s; offering ${rate}/s for ${seconds} s`);
  const before = await place.countCustomers();
  const { accepted, shed, other } = await offer(running.url, place, rate, seconds);
  const memory = await running.memory();
  const after = await load(running, 'create', place, { seconds: 5 });
  say(`offered in fact: ${Math.round((accepted.length + shed.length + other) / seconds)}/s`);
  say(
    `goodput: ${Math.round(accepted.length / seconds)}/s, ${(accepted.length / seconds / peak.perSecond).toFixed(2)} of the peak`,
  );
  say(
    `accepted p99 ${percentile(accepted, 0.99).toFixed(0)} ms, shed p99 ${percentile(shed, 0.99).toFixed(0)} ms (${shed.length} shed, ${other} other)`,
  );
  say(`memory ${memory.toFixed(0)} MB; 5 s later ${Math.round(after.perSecond)} creates/s, ${after.wrong} wrong`);
  const written = (await place.countCustomers()) - before - after.answered;
  say(`rows ${written} for ${accepted.length} acknowledged creates (those in flight at the end come on top)`);
}

/** By least squares, per hour. */
function slope(samples: [seconds: number, value: number][]): number {
  const mean = (at: 0 | 1) => samples.reduce((sum, sample) => sum + sample[at], 0) / samples.length;
  const [x, y] = [mean(0), mean(1)];
  const over = samples.reduce((sum, [seconds, value]) => sum + (seconds - x) * (value - y), 0);
  return (over / samples.reduce((sum, [seconds]) => sum + (seconds - x) ** 2, 0)) * 3_600;
}

async function soak(running: RunningTarget, place: PreparedPlace, seconds: number): Promise<void> {
  const rate =
    Number(values.rate ?? 0) || Math.round((await load(running, 'create', place, { seconds: 10 })).perSecond / 2);
  say(`soaking at ${rate} creates/s for ${seconds} s`);
  const memory: [number, number][] = [];
  const descriptors: [number, number][] = [];
  const started = performance.now();
  const since = () => (performance.now() - started) / 1_000;
  const offering = offer(running.url, place, rate, seconds);
  while (since() < seconds - 5) {
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
    `memory ${slope(settled(memory)).toFixed(1)} MB an hour, descriptors ${slope(settled(descriptors)).toFixed(1)} an hour`,
  );
}

async function main(): Promise<void> {
  const [what = 'overload'] = positionals;
  const server = await startPostgresServer({ durable: true });
  const place = await preparePlace(server, 10_000);
  const env = { DATABASE_URL: place.databaseUrl, RATE_LIMIT_POINTS: '0' };
  const running = await startTarget(target, env);
  try {
    if (what === 'overload') await overload(running, place, Number(values.seconds ?? 60));
    else if (what === 'soak') await soak(running, place, Number(values.seconds ?? 1_800));
    else throw new Error('The experiment is overload or soak.');
  } finally {
    await running.stop();
    await place.close();
    await server.remove();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
