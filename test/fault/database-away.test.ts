import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openServiceDatabase } from '../../src/service-database.js';
import { freePort, startPostgresServer, type PostgresServer } from '../support/servers/postgres-server.js';
import { newClinic, type Clinic } from '../support/service.js';
import { runLength, report } from '../support/run-length.js';

const CREATE = 'mutation { createExpressCustomer(input: {expressCustomerName: "x"}) { expressCustomerId } }';
const ANSWERED_WITHIN_MS = 5_000;
const CONCURRENCY = 30;

let postgres: PostgresServer;
let service: ChildProcess;
let url: string;
let clinic: Clinic;

// A process of its own: inside the test runner, Node's own network errors are no errors of the runner's world.
beforeAll(async () => {
  postgres = await startPostgresServer();
  const port = await freePort();
  const DATABASE_URL = postgres.url('postgres');
  const env = { PATH: process.env.PATH, NODE_ENV: 'test', LOG_LEVEL: 'silent', PORT: String(port), DATABASE_URL };
  service = spawn(process.execPath, [join(__dirname, '../../dist/src/main.js')], { env, stdio: 'ignore' });
  url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/readyz`).catch(() => null))?.ok) await sleep(50);
  const database = await openServiceDatabase({ databaseUrl: DATABASE_URL, dataDir: '' });
  clinic = await newClinic(database.dataSource);
  await database.close();
});
afterAll(async () => {
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  await ended;
  await postgres.remove();
});

async function create(): Promise<{ status: number; code: string | undefined; retryAfter: string | null; ms: number }> {
  const started = performance.now();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${clinic.token}` },
    body: JSON.stringify({ query: CREATE }),
  });
  const body: any = await response.json();
  const ms = performance.now() - started;
  return {
    status: response.status,
    code: body.errors?.[0].extensions.code,
    retryAfter: response.headers.get('retry-after'),
    ms,
  };
}

const createMany = (count: number) => Promise.all(Array.from({ length: count }, create));

/** `/readyz` shares one answer for a quarter of a second, so the first may be of before. @returns how long it took. */
async function untilReadyzAnswers(status: number): Promise<number> {
  const started = performance.now();
  while ((await fetch(`${url}/readyz`)).status !== status) await sleep(50);
  return performance.now() - started;
}

/**
 * Every one of more requests than there are connections is answered, in time, with a 503 that says when to come back.
 * @returns how long the slowest waited.
 */
async function expectAllUnavailable(): Promise<number> {
  const answers = await createMany(CONCURRENCY);
  for (const answer of answers) {
    expect(answer).toMatchObject({
      status: 503,
      code: 'SERVICE_UNAVAILABLE',
      retryAfter: expect.stringMatching(/^\d$/),
    });
    expect(answer.ms).toBeLessThan(ANSWERED_WITHIN_MS);
  }
  await untilReadyzAnswers(503);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  return Math.max(...answers.map(({ ms }) => ms));
}

/** @returns how long it took to be ready. */
async function expectNormal(): Promise<number> {
  expect(service.exitCode).toBeNull();
  const ready = await untilReadyzAnswers(200);
  expect(ready).toBeLessThan(2_000);
  for (const answer of await createMany(CONCURRENCY)) expect(answer.status).toBe(200);
  return ready;
}

it.each(['fast', 'immediate'] as const)(
  'answers 503 while the database is stopped (%s), and works again after',
  async (mode) => {
    expect((await create()).status).toBe(200);
    await postgres.stop(mode);
    try {
      await expectAllUnavailable();
    } finally {
      await postgres.start();
    }
    await expectNormal();
  },
  60_000,
);

it('answers 503 while the database is stalled, and works again after', async () => {
  const answered: number[] = [];
  const ready: number[] = [];
  for (let stall = 0; stall < runLength.databaseStalls; stall += 1) {
    await createMany(CONCURRENCY);
    await postgres.signal('SIGSTOP');
    try {
      // The first find connections that were fine, the second none.
      answered.push(await expectAllUnavailable(), await expectAllUnavailable());
    } finally {
      await postgres.signal('SIGCONT');
    }
    ready.push(await expectNormal());
  }
  report('database stalled', {
    stalls: runLength.databaseStalls,
    refused: answered.length * CONCURRENCY,
    slowestAnswerMs: Math.round(Math.max(...answered)),
    slowestReadyMs: Math.round(Math.max(...ready)),
  });
}, 600_000);
