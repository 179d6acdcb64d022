import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';
import { LOCKS } from '../../support/locks.js';

const CONCURRENCY = 4;
const PAGE = 'https://app.example.org';
const CREATE = `mutation { createExpressCustomer(input: { expressCustomerName: "Full" }) { expressCustomerId } }`;
const UPDATE = `mutation ($id: ID!, $name: String!) {
  updateExpressCustomer(input: { expressCustomerId: $id, expressCustomerName: $name }) { version }
}`;

let service: Service;
let clinic: Clinic;
/** Who makes the changes that fill every place: one credential may hold half of them, the next half of the rest. */
let callers: Clinic[];
beforeAll(async () => {
  service = await startService('postgresql', {
    MAX_CONCURRENCY: String(CONCURRENCY),
    CORS_ORIGINS: PAGE,
    DOCS: 'true',
  });
  clinic = await service.newClinic();
  const [second, third] = [await service.newClinic(), await service.newClinic()];
  callers = [clinic, clinic, second, third];
});
afterAll(() => service.stop());

/** Fills every place with a change that waits for a lock, runs the action, and lets the changes through. */
async function whileFull(action: () => Promise<void>): Promise<void> {
  const ids: string[] = [];
  for (const caller of callers) {
    const { body } = await service.graphql(caller, CREATE);
    ids.push((body.data!.createExpressCustomer as { expressCustomerId: string }).expressCustomerId);
  }
  const blocker = service.dataSource.createQueryRunner();
  await blocker.startTransaction();
  await blocker.query('LOCK TABLE express_customer_events IN EXCLUSIVE MODE');
  const changes: Promise<Answer>[] = [];
  const waiting = `SELECT count(*)::int AS n FROM ${LOCKS} WHERE NOT granted AND locktype = 'relation'`;
  for (const [index, id] of ids.entries()) {
    changes.push(service.graphql(callers[index]!, UPDATE, { id, name: 'Changed' }));
    while ((await service.dataSource.query<{ n: number }[]>(waiting))[0]!.n < changes.length) await sleep(10);
  }
  try {
    await action();
  } finally {
    await blocker.commitTransaction();
    await blocker.release();
  }
  expect((await Promise.all(changes)).map(({ status }) => status)).toEqual(Array(CONCURRENCY).fill(200));
}

it('refuses what it has no room for with 503 immediately, in the form of each API, and finishes what it admitted', async () => {
  await whileFull(async () => {
    const graphql = await service.graphql(clinic, '{ __typename }');
    expect(graphql.status).toBe(503);
    expect(graphql.body.errors![0]!.extensions).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      retryAfter: 2,
      requestId: graphql.headers.get('x-request-id'),
      docs: '/docs/errors#service_unavailable',
    });
    const rest = await service.request('/v1/express');
    expect(rest.status).toBe(503);
    expect(rest.headers.get('retry-after')).toBe('2');
    expect(rest.body).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      retryAfter: 2,
      requestId: rest.headers.get('x-request-id'),
    });
  });
  expect((await service.graphql(clinic, '{ __typename }')).status).toBe(200);
});

it('lets a page of an allowed origin read the refusal, in the media type that it asks for, and answers its preflight', () =>
  whileFull(async () => {
    const headers = { origin: PAGE, accept: 'application/graphql-response+json' };
    const refused = await service.request('/graphql', { method: 'POST', headers });
    expect([refused.status, refused.body.errors![0]!.extensions.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(refused.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(refused.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(refused.headers.get('access-control-expose-headers')).toContain('retry-after');
    const asked = { ...headers, 'access-control-request-method': 'POST' };
    expect((await service.request('/graphql', { method: 'OPTIONS', headers: asked })).status).toBe(204);
    const elsewhere = { ...headers, origin: 'https://attacker.example' };
    const { headers: others } = await service.request('/graphql', { method: 'POST', headers: elsewhere });
    expect(others.get('access-control-allow-origin')).toBeNull();
  }));

it('leaves half of the places to others when one credential takes all that it can get', async () => {
  const other = await service.newClinic();
  const blocker = service.dataSource.createQueryRunner();
  const { body } = await service.graphql(clinic, CREATE);
  const { expressCustomerId: id } = body.data!.createExpressCustomer as { expressCustomerId: string };
  await blocker.startTransaction();
  await blocker.query('LOCK TABLE express_customer_events IN EXCLUSIVE MODE');
  const changes = Array.from({ length: CONCURRENCY * 5 }, () => service.graphql(clinic, UPDATE, { id, name: 'Busy' }));
  const first = await Promise.any(changes);
  expect(first.status).toBe(503);
  for (let call = 0; call < 20; call += 1) expect((await service.graphql(other, '{ __typename }')).status).toBe(200);
  await blocker.commitTransaction();
  await blocker.release();
  const answered = (await Promise.all(changes)).filter(({ status }) => status === 200);
  expect(answered).toHaveLength(CONCURRENCY / 2);
});

it('always answers the health checks', () =>
  whileFull(async () => {
    expect((await service.request('/livez')).status).toBe(200);
    expect((await service.request('/readyz')).status).toBe(200);
  }));

it('logs once per second that it is full', async () => {
  const reports = () => service.logLines().filter(({ msg }) => String(msg).startsWith('overloaded'));
  const before = reports().length;
  await sleep(1_000);
  const start = performance.now();
  await whileFull(async () => {
    await Promise.all(Array.from({ length: 20 }, () => service.graphql(clinic, '{ __typename }')));
  });
  expect(reports().length).toBeGreaterThan(before);
  expect(reports().length).toBeLessThanOrEqual(before + Math.ceil((performance.now() - start) / 1_000) + 1);
});

describe('where the event loop is slow', () => {
  const block = (ms: number) => {
    for (const until = performance.now() + ms; performance.now() < until;);
  };
  const statusNow = async (slow: Service) => (await slow.request('/v1/openapi.json')).status;
  let slow: Service;
  beforeAll(async () => {
    slow = await startService('postgresql', { MAX_EVENT_LOOP_DELAY_MS: '1000' });
  });
  afterAll(() => slow.stop());

  it('admits everybody after one long pause', async () => {
    // The start is no part of the pause: two samples are taken after it.
    await sleep(1_500);
    block(3_000);
    const statuses = new Set<number>();
    for (const until = performance.now() + 1_500; performance.now() < until; await sleep(10))
      statuses.add(await statusNow(slow));
    expect([...statuses]).toEqual([200]);
  });

  it('admits everybody while every pause is shorter than allowed, however few turns the loop makes', async () => {
    const patient = await startService('postgresql', { MAX_EVENT_LOOP_DELAY_MS: '60000' });
    const blocking = setInterval(() => block(900), 1);
    const statuses = new Set<number>();
    for (let call = 0; call < 10; call += 1) statuses.add(await statusNow(patient));
    clearInterval(blocking);
    await patient.stop();
    expect([...statuses]).toEqual([200]);
  });

  it('refuses while it stays slow, and admits everybody once it is not', async () => {
    const blocking = setInterval(() => block(2_000), 1);
    try {
      while ((await statusNow(slow)) !== 503);
    } finally {
      clearInterval(blocking);
    }
    while ((await statusNow(slow)) !== 200) await sleep(10);
  });
});

it('admits fewer while requests take longer than they may', async () => {
  const slow = await startService('postgresql', { MAX_MEAN_LATENCY_MS: '1' });
  const caller = await slow.newClinic();
  const callMany = () => Promise.all(Array.from({ length: 200 }, () => slow.graphql(caller, CREATE)));
  let statuses: number[] = [];
  while (!statuses.includes(503)) statuses = (await callMany()).map(({ status }) => status);
  await slow.stop();
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(64);
});

it('gives a place back when a caller hangs up', async () => {
  const { host } = new URL(service.url);
  for (let turn = 0; turn < CONCURRENCY * 2; turn++) {
    const socket = connect(Number(host.split(':')[1]), '127.0.0.1');
    socket.write(`POST /graphql HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 100\r\n\r\n`);
    await sleep(20);
    socket.destroy();
  }
  while ((await service.graphql(clinic, '{ __typename }')).status !== 200) await sleep(10);
});

it.each([
  ['is no HTTP', 'HELLO\r\n\r\n', 400, 'BAD_USER_INPUT'],
  ['has headers of 64 KB', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(65_536)}\r\n\r\n`, 431, 'PAYLOAD_TOO_LARGE'],
])('answers a request that %s in the words of every other error', async (_what, request, status, code) => {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.write(request);
  const answer = await text(socket);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as Record<string, string>;
  expect(body).toMatchObject({ code, message: expect.any(String), requestId: expect.any(String) });
  expect(answer).not.toContain('HPE_');
});
