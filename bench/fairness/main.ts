import 'reflect-metadata';
import autocannon from 'autocannon';
import { createClinic } from '../../src/identity/create-clinic.js';
import { issueApiKey } from '../../src/identity/issue-api-key.js';
import { startPostgresServer } from '../../test/support/servers/postgres-server.js';
import { benchmark, positive } from '../arguments.js';
import { pace, type Offered } from '../endurance/pace.js';
import { prepareFixture, type PreparedFixture } from '../service/fixture.js';
import { startTarget, type RunningTarget } from '../service/running-target.js';
import type { Call } from '../service/cases.js';
import { SERVICE_NAME, TARGETS } from '../service/targets.js';

const ABOUT =
  'One clinic floods, within its rate limit, with what occupies the database; another one gets and creates 40 times per second. ' +
  "Prints the other clinic's p50, p99 and share of answered calls, alone and meanwhile.";

const program = benchmark('bench:fairness', ABOUT)
  .option('--rows <number>', 'customers of the clinic that floods', positive, 200_000)
  .option('--seconds <number>', 'per flood', positive, 8)
  .parse();
const values = program.opts<{ rows: number; seconds: number }>();

const PROBES_PER_SECOND = 40;
const target = TARGETS.find(({ name }) => name === SERVICE_NAME)!;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const post = (query: string, variables: object): Call => ({
  method: 'POST',
  path: '/graphql',
  body: JSON.stringify({ query, variables }),
});

const COUNT = '{ expressCustomers(first: 1) { totalCount } }';
const COUNTS = `query {${Array.from({ length: 14 }, (_, n) => ` c${n}: expressCustomers(first: 1, filter: { nameContains: "${n}" }) { totalCount }`).join('')} }`;
const SEARCH =
  'query ($part: String) { expressCustomers(first: 20, filter: { nameContains: $part }) { nodes { id } } }';
const RENAME = `mutation ($id: ID!, $name: String!) {
  updateExpressCustomer(input: { expressCustomerId: $id, expressCustomerName: $name }) { version }
}`;

interface Flood {
  name: string;
  connections: number;
  /** What one connection sends, over and over. */
  calls: (fixture: PreparedFixture, connection: number) => Call[];
}

const FLOODS: Flood[] = [
  { name: 'equal counts', connections: 64, calls: () => [post(COUNT, {})] },
  { name: 'counts with filters, 14 per request', connections: 64, calls: () => [post(COUNTS, {})] },
  { name: 'searches for two rare letters', connections: 64, calls: (_, n) => [post(SEARCH, { part: `q${n % 10}` })] },
  {
    name: 'changes of one customer',
    connections: 128,
    calls: ({ ids }, n) => [0, 1].map((turn) => post(RENAME, { id: ids[0], name: `name ${n} ${turn}` })),
  },
  {
    name: 'gets',
    connections: 128,
    calls: (fixture, n) => [target.call('get, plain', { ...fixture, expressCustomerId: fixture.ids[n]! })!],
  },
  {
    name: 'creates',
    connections: 128,
    calls: (fixture) => [target.call('create, plain', { ...fixture, expressCustomerId: '' })!],
  },
];

/** Sends as much as is answered, and returns how much that was. */
async function flood(url: string, fixture: PreparedFixture, { connections, calls }: Flood, seconds: number) {
  let connection = 0;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${fixture.token}` },
    setupClient: (client) => client.setRequests(calls(fixture, connection++)),
  });
  return { answered: result['2xx'], refused: result.non2xx };
}

const at = (sorted: number[], share: number): string => {
  const ms = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return ms === undefined ? '-' : `${ms.toFixed(0)} ms`;
};

const describe = ({ accepted, shed, other }: Offered): string => {
  const all = accepted.length + shed.length + other;
  return `p50 ${at(accepted, 0.5)}, p99 ${at(accepted, 0.99)}, answered ${((100 * accepted.length) / all).toFixed(1)} %`;
};

async function measure({ url }: RunningTarget, fixture: PreparedFixture): Promise<void> {
  const { manager } = fixture.dataSource;
  const clinicId = await createClinic(manager, 'The other clinic');
  const { token } = await issueApiKey(manager, {
    clinicId,
    scopes: ['express:read', 'express:write'],
    description: 'bench',
  });
  const create = target.call('create, plain', { ...fixture, clinicId, expressCustomerId: '' })!;
  const response = await fetch(url + create.path, {
    method: create.method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: create.body!,
  });
  const { data } = (await response.json()) as { data: { createExpressCustomer: { expressCustomerId: string } } };
  const get = target.call('get, plain', { ...fixture, clinicId, ...data.createExpressCustomer })!;
  const probe = () =>
    pace(url, token, (n) => (n % 2 ? get : create), { rate: PROBES_PER_SECOND, seconds: values.seconds });
  await probe();
  say(`alone: ${describe(await probe())}`);
  for (const one of FLOODS) {
    const [{ answered, refused }, offered] = await Promise.all([flood(url, fixture, one, values.seconds + 1), probe()]);
    say(`${one.name} (${answered} answered, ${refused} refused): ${describe(offered)}`);
  }
}

async function main(): Promise<void> {
  const server = await startPostgresServer({ durable: true });
  const fixture = await prepareFixture(server, values.rows, 'fairness');
  const running = await startTarget(target, { DATABASE_URL: fixture.databaseUrl });
  try {
    await measure(running, fixture);
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
