// npm run fleet [-- --creates 2000 --gets 8000 --updates 500 --cores 16]: how many cores a load needs, on one PostgreSQL and on a Citus
// cluster, from the last results of `npm run bench`. Arithmetic: it measures nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    creates: { type: 'string', default: '2000' },
    gets: { type: 'string', default: '8000' },
    updates: { type: 'string', default: '500' },
    cores: { type: 'string', default: '16' },
  },
});
const wanted = { create: Number(values.creates), get: Number(values.gets), update: Number(values.updates) };
const cores = Number(values.cores);

// The bench's machine: load generator, service and PostgreSQL share two cores, so a core carries at least half of it.
const BENCH_CORES = 2;
/** Milliseconds of the coordinator's processor per call, which do not shrink with more workers. From the cluster of docs/scaling.md. */
const COORDINATOR_MS = { create: 0.88, get: 0.48, update: 1.5 };
/** Milliseconds of all databases' processors per create on that cluster; what the coordinator does not take is the workers'. */
const CLUSTER_CREATE_MS = 1.5;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const { runs } = JSON.parse(
  readFileSync(join(new URL('.', import.meta.url).pathname, '../bench/results/service.json'), 'utf8'),
);
const rateOf = (operation) => median(runs['this service'][operation].map(({ perSecond }) => perSecond)) / BENCH_CORES;
const ms = (perSecondPerCore) => 1_000 / perSecondPerCore;

// The bench has no updates: one is a transaction of three statements, counted as three creates that share nothing.
const perCall = { create: ms(rateOf('create')), get: ms(rateOf('get')), update: 3 * ms(rateOf('create')) };
const coresFor = (cost) =>
  Object.entries(wanted).reduce((sum, [name, rate]) => sum + (rate * (cost[name] ?? 0)) / 1_000, 0);
const one = (number) => number.toFixed(1);

const coordinator = coresFor(COORDINATOR_MS);
const workers = (wanted.create * (CLUSTER_CREATE_MS - COORDINATOR_MS.create)) / 1_000;
console.log(
  [
    `per second: ${wanted.create} creates, ${wanted.get} gets, ${wanted.update} updates`,
    `one core, service and PostgreSQL together: ${Math.round(rateOf('create'))} creates or ${Math.round(rateOf('get'))} gets`,
    `one PostgreSQL: ${one(coresFor(perCall))} cores for the instances and the database together`,
    `Citus: ${one(coordinator)} cores for the coordinator, at least ${one(workers)} for the workers' part of the creates, besides the instances`,
    `a coordinator of ${cores} cores is full at ${one(cores / coordinator)} times this load, whatever the number of workers`,
  ].join('\n'),
);
