import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../../src/database/database.js';
import { openServiceDatabase } from '../../../src/service-database.js';
import { runLength } from '../../support/run-length.js';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';
import { AUDIENCE, startIssuer, type Issuer } from '../../support/issuer.js';
import { freePort } from '../../support/servers/postgres-server.js';
import { startServerProcess, type ServerProcess } from '../../support/server-process.js';
import { newClinic, type Clinic } from '../../support/service.js';
import { startTraceCollector, type TraceCollector } from '../../support/trace-collector.js';

const CREATE = `mutation ($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }`;
const CANARY = 'kanarienvogel';
const CONCURRENCY = 20;
const TRACED_WITHIN_MS = 120_000;
const USER = { sub: `usr_${'c'.repeat(32)}`, clinic_id: randomUUID() };
// Runs in the process before anything of ours: a signal lets it throw what nobody catches.
// The parts are put together only then, since the script is named in the stack.
const THROWING = `process.on('SIGUSR2', () => {
  const value = ${JSON.stringify(CANARY.split(''))}.join('');
  throw Object.assign(new Error(value), { detail: value });
})`;
const THROW_ON_SIGNAL = `data:text/javascript,${encodeURIComponent(THROWING)}`;

let place: TestDatabase;
let database: Database;
let clinic: Clinic;
let issuer: Issuer;
let collector: TraceCollector;
let running: ServerProcess;
let metricsPort: number;
// A process of each test's own, so that what it writes and sends is all that an operator ever sees of a request.
beforeEach(async () => {
  place = await createTestDatabase('postgresql');
  database = await openServiceDatabase(place);
  clinic = await newClinic(database.dataSource);
  issuer = await startIssuer();
  collector = await startTraceCollector();
  metricsPort = await freePort();
  const environment = {
    DATABASE_URL: place.databaseUrl!,
    NODE_ENV: 'production',
    NODE_OPTIONS: `--import=${THROW_ON_SIGNAL}`,
    METRICS_PORT: String(metricsPort),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    // Nothing is dropped, however fast it comes.
    OTEL_BSP_MAX_QUEUE_SIZE: '200000',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2000',
    OTEL_BSP_SCHEDULE_DELAY: '200',
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: AUDIENCE,
  };
  running = await startServerProcess({ environment });
});
afterEach(async () => {
  await running.end('SIGKILL');
  collector.stop();
  await issuer.stop();
  await database.close();
  await place.remove();
});

interface Sent {
  method: 'GET' | 'POST' | 'PATCH';
  url: string;
  token?: string | Promise<string>;
  payload?: string;
  headers?: Record<string, string>;
}

const graphql = (query: string, variables?: object): Sent => ({
  method: 'POST',
  url: '/graphql',
  payload: JSON.stringify({ query, variables }),
});
const create = (input: object): Sent => graphql(CREATE, { input });

/** Every place of a request that can hold something of somebody, in requests that succeed and that fail. */
const REQUESTS: ((canary: string) => Sent)[] = [
  (canary) => create({ expressCustomerName: canary, metadata: { [canary]: canary } }),
  (canary) => create({ expressCustomerName: canary, idempotencyKey: canary }),
  (canary) => create({ expressCustomerName: ` ${canary}\0`, metadata: { [canary.repeat(20)]: canary } }),
  (canary) => create({ expressCustomerName: { [canary]: canary }, [canary]: 1 }),
  (canary) => graphql(`{ ${canary} }`),
  (canary) => graphql(`query ${canary} { expressCustomer(expressCustomerId: "${canary}") { id } }`),
  (canary) => graphql(`{ expressCustomers(filter: { nameContains: "${canary}" }, after: "${canary}") { totalCount } }`),
  (canary) => graphql(`{ "${canary}`),
  (canary) => ({ ...create({ expressCustomerName: 'x' }), token: `avk_${canary}` }),
  (canary) => ({ ...create({ expressCustomerName: 'x' }), token: canary }),
  // Properly signed, for nobody: the issuer's keys are fetched by what the token says of itself.
  (canary) => ({
    ...create({ expressCustomerName: canary }),
    token: issuer.sign({ ...USER, sub: canary, name: canary, [canary]: canary }),
  }),
  (canary) => ({
    ...create({ expressCustomerName: canary }),
    token: issuer.sign({ ...USER, iss: canary, jti: canary }),
  }),
  (canary) => ({ ...create({ expressCustomerName: canary }), token: issuer.sign(USER, { kid: canary }) }),
  (canary) => ({ ...create({ expressCustomerName: canary }), token: issuer.sign({ ...USER, email: canary }) }),
  (canary) => ({ method: 'POST', url: '/graphql', payload: `{"query": "${canary}` }),
  (canary) => ({
    method: 'POST',
    url: '/v1/express',
    payload: JSON.stringify({ expressCustomerName: canary, a: canary }),
  }),
  (canary) => ({ method: 'POST', url: '/v1/express', payload: JSON.stringify({ expressCustomerName: canary }) }),
  (canary) => ({ method: 'GET', url: `/v1/express?expressCustomerName=${canary}&${canary}=1` }),
  (canary) => ({ method: 'GET', url: `/v1/express/${canary}`, headers: { 'if-match': canary, cookie: canary } }),
  (canary) => ({ method: 'GET', url: `/${canary}?${canary}` }),
  (canary) => ({ method: 'GET', url: `/graphql?query=${canary}` }),
];

async function send({ method, url, token = clinic.token, payload, headers }: Sent): Promise<number> {
  const all = {
    authorization: `Bearer ${await token}`,
    'content-type': 'application/json',
    'user-agent': CANARY,
    traceparent: `00-${randomUUID().replaceAll('-', '')}-${randomUUID().slice(-12)}cafe-01`,
    tracestate: `${CANARY}=${CANARY}`,
    baggage: `${CANARY}=${CANARY}`,
    ...headers,
  };
  const answer = await fetch(running.url + url, {
    method,
    headers: all,
    ...(payload !== undefined && { body: payload }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** The lines with a canary in them. */
const singing = (text: string): string[] => text.split('\n').filter((line) => line.toLowerCase().includes(CANARY));

const logLines = (): Record<string, unknown>[] =>
  running
    .output()
    .split('\n')
    // The last may not be written to its end yet.
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Spans are sent some time after they end. */
async function untilTraced(requests: number): Promise<void> {
  const traced = () => collector.spans.filter(({ attributes }) => attributes.some(({ key }) => key === 'avara.code'));
  for (const until = performance.now() + TRACED_WITHIN_MS; traced().length < requests; await sleep(200))
    if (performance.now() > until) throw new Error(`Of ${requests} requests ${traced().length} were traced.`);
}

it(`writes nothing of ${runLength.canaries} requests into logs, metrics and traces, whether they succeed or fail`, async () => {
  const seen = new Map<number, number>();
  for (let sent = 0; sent < runLength.canaries; sent += CONCURRENCY) {
    const requests = Array.from({ length: CONCURRENCY }, (_, n) => {
      const canary = `${CANARY}${randomUUID().replaceAll('-', '')}`;
      return send(REQUESTS[(sent + n) % REQUESTS.length]!(canary));
    });
    for (const status of await Promise.all(requests)) seen.set(status, (seen.get(status) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual([200, 400, 401, 404]);
  await untilTraced(runLength.canaries);
  while (logLines().length < runLength.canaries) await sleep(20);
  expect(singing(running.output()).slice(0, 3)).toEqual([]);
  expect(singing(await (await fetch(`http://127.0.0.1:${metricsPort}/`)).text())).toEqual([]);
  expect(singing(collector.spans.map((span) => JSON.stringify(span)).join('\n')).slice(0, 3)).toEqual([]);
}, 300_000);

it('writes nothing of a request that fails by a fault of ours either', async () => {
  await database.dataSource.query('ALTER TABLE express_customers RENAME TO gone');
  try {
    expect(await send(create({ expressCustomerName: CANARY, metadata: { [CANARY]: CANARY } }))).toBe(200);
    expect(await send(create({ expressCustomerName: CANARY, idempotencyKey: CANARY }))).toBe(200);
    expect(await send({ method: 'GET', url: `/v1/express?expressCustomerName=${CANARY}` })).toBe(500);
  } finally {
    await database.dataSource.query('ALTER TABLE gone RENAME TO express_customers');
  }
  // The log is written a tenth of a second later at most.
  const reports = () => logLines().filter(({ msg }) => msg === 'unexpected error');
  while (reports().length < 3) await sleep(20);
  expect(reports()).toHaveLength(3);
  expect(singing(running.output()).slice(0, 3)).toEqual([]);
});

it('logs where the error that ends the process was thrown, and nothing that it holds', async () => {
  process.kill(running.pid, 'SIGUSR2');
  while (!running.hasEnded()) await sleep(20);
  const last = logLines().at(-1)!;
  expect(last).toMatchObject({
    level: 60,
    msg: 'uncaught exception',
    err: { type: 'Error', stack: expect.any(String) },
  });
  expect(singing(running.output()).slice(0, 3)).toEqual([]);
  expect((await running.end('SIGKILL')).code).toBe(1);
});
