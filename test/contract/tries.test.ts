import { once } from 'node:events';
import { request, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { computeFingerprint } from '../../src/customer/model/fingerprint.js';
import { createTestDatabase, onEachEngine, type TestDatabase } from '../support/engines.js';
import { serviceOn, startService, type Answer, type Clinic, type Service } from '../support/service.js';
import { LOCKS } from '../support/locks.js';

type Who = Pick<Clinic, 'token'>;

/** One try of a create without an idempotency key, as a client library marks it; `null` for a client that does not count. */
function sendTry(service: Service, { token }: Who, retryCount: number | null, name = 'Same body'): Promise<Answer> {
  return service.request('/v1/express', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(retryCount !== null && { 'x-stainless-retry-count': String(retryCount) }),
    },
    body: JSON.stringify({ expressCustomerName: name }),
  });
}

interface Call {
  path: string;
  headers?: Record<string, string>;
  body: object;
}

/**
 * A call on a connection of its own, once the service has begun with it.
 * @returns how its caller hangs up; it resolves when the service has noticed.
 */
async function sendFromCallerWhoHangsUp(
  { url, app }: Service,
  { token }: Who,
  { path, headers, body }: Call,
): Promise<() => Promise<unknown>> {
  const arrived = once(app.server.server, 'request');
  const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
  const sent = request(url + path, { method: 'POST', agent: false, headers: all }).on('error', () => undefined);
  sent.end(JSON.stringify(body));
  const [, response] = (await arrived) as [unknown, ServerResponse];
  await sleep(100);
  return () => {
    const noticed = once(response, 'close');
    sent.destroy();
    return noticed;
  };
}

const idOf = ({ body }: Answer) => body.expressCustomerId as string;

async function count({ dataSource }: Service, { clinicId }: Clinic, name = 'Same body'): Promise<number> {
  const [row] = await dataSource.query<{ count: number }[]>(
    'SELECT count(*)::int FROM express_customers WHERE clinic_id = $1 AND express_customer_name = $2',
    [clinicId, name],
  );
  return row!.count;
}

interface Held {
  /** Resolves when some transaction waits for a lock of this type. */
  waiting: (locktype: 'relation' | 'advisory') => Promise<void>;
  release: () => Promise<void>;
}

async function hold({ dataSource }: Service, takeLock: (runner: QueryRunner) => Promise<unknown>): Promise<Held> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await takeLock(runner);
  return {
    waiting: async (locktype) => {
      const sql = `SELECT 1 FROM ${LOCKS} WHERE NOT granted AND locktype = $1`;
      while ((await dataSource.query<unknown[]>(sql, [locktype])).length === 0) await sleep(10);
    },
    release: async () => {
      await runner.commitTransaction();
      await runner.release();
    },
  };
}

/** Makes every create wait in its transaction. */
const holdCreates = (service: Service): Promise<Held> =>
  hold(service, (runner) => runner.query('LOCK TABLE express_customer_events IN EXCLUSIVE MODE'));

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  const tryOf = async (who: Who, retryCount: number | null) => idOf(await sendTry(service, who, retryCount));

  it('makes two customers of two originals with the same body, and answers each retry with one of them, once', async () => {
    const clinic = await service.newClinic();
    const originals = [await tryOf(clinic, 0), await tryOf(clinic, 0)];
    const retries = await Promise.all([tryOf(clinic, 1), tryOf(clinic, 1)]);
    expect([...retries].sort()).toEqual([...originals].sort());
    expect(new Set(originals).size).toBe(2);
    expect(originals).not.toContain(await tryOf(clinic, 1));
  });

  it('answers a retry for the later of two equal originals, and the next one for the other', async () => {
    const clinic = await service.newClinic();
    const earlier = await tryOf(clinic, 0);
    // The clock of creation counts milliseconds.
    await sleep(5);
    const later = await tryOf(clinic, 0);
    expect([await tryOf(clinic, 1), await tryOf(clinic, 1)]).toEqual([later, earlier]);
  });

  it('keeps the highest retry count, which instances of the version before go by', async () => {
    const clinic = await service.newClinic();
    for (const retryCount of [0, 3, 1]) await tryOf(clinic, retryCount);
    const sql = 'SELECT retry_count AS "retryCount" FROM unkeyed_creates WHERE clinic_id = $1';
    expect(await service.dataSource.query(sql, [clinic.clinicId])).toEqual([{ retryCount: 3 }]);
  });

  it('makes a customer of each create of a client that does not count its tries', async () => {
    const clinic = await service.newClinic();
    const ids = [await tryOf(clinic, 1), await tryOf(clinic, null), await tryOf(clinic, null)];
    expect(new Set(ids).size).toBe(3);
  });

  it('answers a retry as its own original, not as a later equal create', async () => {
    const clinic = await service.newClinic();
    const a0 = await tryOf(clinic, 0);
    const a1 = await tryOf(clinic, 1);
    const b0 = await tryOf(clinic, 0);
    const a2 = await tryOf(clinic, 2);
    const [b1, b2] = [await tryOf(clinic, 1), await tryOf(clinic, 2)];
    expect([a1, a2, b1, b2]).toEqual([a0, a0, b0, b0]);
    expect(b0).not.toBe(a0);
  });

  it.each([
    ['1, 0', [1, 0]],
    ['2, 1, 0', [2, 1, 0]],
    ['0, 2, 1', [0, 2, 1]],
    ['1, 2, 0', [1, 2, 0]],
  ])('makes one customer of tries that arrive in the order %s, and another of the next original', async (_, order) => {
    const clinic = await service.newClinic();
    const ids: string[] = [];
    for (const retryCount of order) ids.push(await tryOf(clinic, retryCount));
    expect(new Set(ids).size).toBe(1);
    expect(ids).not.toContain(await tryOf(clinic, 0));
    expect(await count(service, clinic)).toBe(2);
  });

  it('makes as many customers as there are originals when tries of several equal creates arrive together', async () => {
    const clinic = await service.newClinic();
    const tries = Array.from({ length: 5 }, () => [0, 1, 2]).flat();
    const ids = await Promise.all(tries.map((retryCount) => tryOf(clinic, retryCount)));
    expect(new Set(ids).size).toBe(5);
    expect(await count(service, clinic)).toBe(5);
  });

  it('creates for a retry whose original came from another key, or is over ten minutes old', async () => {
    const clinic = await service.newClinic();
    const first = await tryOf(clinic, 0);
    expect(await tryOf(await service.newKey(clinic), 1)).not.toBe(first);
    await age(clinic, '11 minutes');
    expect(await tryOf(clinic, 2)).not.toBe(first);
  });

  it('creates for an original that is over a minute later than a retry', async () => {
    const clinic = await service.newClinic();
    const retried = await tryOf(clinic, 1);
    await age(clinic, '61 seconds');
    expect(await tryOf(clinic, 0)).not.toBe(retried);
    expect(await tryOf(clinic, 2)).toBe(retried);
  });

  const age = ({ clinicId }: Clinic, by: string) =>
    service.dataSource.query('UPDATE unkeyed_creates SET created_at = created_at - $2::interval WHERE clinic_id = $1', [
      clinicId,
      by,
    ]);
});

describe('on one instance whose creates wait for a lock', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService('postgresql');
  });
  afterAll(() => service.stop());

  it('a retry does not overtake its original that waits in a batch', async () => {
    const clinic = await service.newClinic();
    const held = await holdCreates(service);
    const first = sendTry(service, clinic, 0, 'In the way');
    await held.waiting('relation');
    const original = sendTry(service, clinic, 0);
    await sleep(50);
    const retries = [sendTry(service, clinic, 1), sendTry(service, clinic, 2)];
    await sleep(50);
    await held.release();
    const ids = (await Promise.all([original, ...retries])).map(idOf);
    await first;
    expect(new Set(ids).size).toBe(1);
    expect(await count(service, clinic)).toBe(1);
  });

  const GRAPHQL = 'mutation ($name: String!) { createExpressCustomer(input: { expressCustomerName: $name }) { id } }';
  it.each<[string, (name: string) => Call]>([
    ['without a key', (name) => ({ path: '/graphql', body: { query: GRAPHQL, variables: { name } } })],
    [
      'with an idempotency key',
      (name) => ({ path: '/v1/express', headers: { 'idempotency-key': name }, body: { expressCustomerName: name } }),
    ],
    [
      'of a client that counts its tries',
      (name) => ({
        path: '/v1/express',
        headers: { 'x-stainless-retry-count': '0' },
        body: { expressCustomerName: name },
      }),
    ],
  ])('a create %s is not made when its caller hung up before its batch began', async (_, callOf) => {
    const clinic = await service.newClinic();
    const held = await holdCreates(service);
    const hangUps = [await sendFromCallerWhoHangsUp(service, clinic, callOf('Begun'))];
    await held.waiting('relation');
    hangUps.push(await sendFromCallerWhoHangsUp(service, clinic, callOf('Waiting')));
    const { path, headers, body } = callOf('Patient');
    const patient = service.request(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    await Promise.all(hangUps.map((hangUp) => hangUp()));
    await held.release();
    expect((await patient).status).toBe(200);
    const made = await Promise.all(['Begun', 'Waiting', 'Patient'].map((name) => count(service, clinic, name)));
    expect(made).toEqual([1, 0, 1]);
  });

  it('a retry of a create whose caller hung up makes its own customer, though an equal one was made before', async () => {
    const clinic = await service.newClinic();
    const equal = idOf(await sendTry(service, clinic, 0));
    const held = await holdCreates(service);
    const inTheWay = sendTry(service, clinic, 0, 'In the way');
    await held.waiting('relation');
    const hangUp = await sendFromCallerWhoHangsUp(service, clinic, {
      path: '/v1/express',
      headers: { 'x-stainless-retry-count': '0' },
      body: { expressCustomerName: 'Same body' },
    });
    await hangUp();
    const retry = sendTry(service, clinic, 1);
    await sleep(100);
    await held.release();
    await inTheWay;
    expect(idOf(await retry)).not.toBe(equal);
    expect(await count(service, clinic)).toBe(2);
    expect(idOf(await sendTry(service, clinic, 2))).toBe(idOf(await retry));
  });
});

describe('on two instances whose creates wait for a lock', () => {
  let database: TestDatabase;
  let instances: [Service, Service];
  let clinic: Clinic;
  beforeAll(async () => {
    database = await createTestDatabase('postgresql');
    instances = [await serviceOn(database), await serviceOn(database)];
  });
  afterAll(async () => {
    for (const { app } of instances) await app.stop();
    await database.remove();
  });
  beforeEach(async () => {
    clinic = await instances[0].newClinic();
  });

  it('a retry waits for its original that is at work on the other', async () => {
    const [one, other] = instances;
    const held = await holdCreates(one);
    const original = sendTry(one, clinic, 0);
    await held.waiting('relation');
    const retry = sendTry(other, clinic, 1);
    await held.waiting('advisory');
    await held.release();
    expect(idOf(await retry)).toBe(idOf(await original));
    expect(await count(one, clinic)).toBe(1);
  });

  it('an original that still waits in a batch takes the customer that its retry made on the other', async () => {
    const [one, other] = instances;
    // The lock of the tries of one create, and of no other.
    const fingerprint = computeFingerprint({ expressCustomerName: 'In the way' }).toString('base64');
    const lock = [clinic.clinicId, clinic.apiKeyId, fingerprint].join(' ');
    const held = await hold(one, (runner) =>
      runner.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lock]),
    );
    const inTheWay = sendTry(one, clinic, 0, 'In the way');
    await held.waiting('advisory');
    const original = sendTry(one, clinic, 0);
    await sleep(50);
    const retry = idOf(await sendTry(other, clinic, 1));
    await held.release();
    await inTheWay;
    expect(idOf(await original)).toBe(retry);
    expect(await count(one, clinic)).toBe(1);
    expect(idOf(await sendTry(other, clinic, 0))).not.toBe(retry);
  });
});

describe('on an instance that has no place for a create once its body has arrived', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService('postgresql', { MAX_CONCURRENCY: '2', METRICS_PORT: '1' });
  });
  afterAll(() => service.stop());

  it('a retry of the refused create makes its own customer, though an equal one was made before', async () => {
    const clinic = await service.newClinic();
    const equal = idOf(await sendTry(service, clinic, 0));
    const arrived = once(service.app.server.server, 'request');
    const headers = {
      authorization: `Bearer ${clinic.token}`,
      'content-type': 'application/json',
      'x-stainless-retry-count': '0',
    };
    const slow = request(`${service.url}/v1/express`, { method: 'POST', agent: false, headers });
    const refusal = once(slow, 'response') as Promise<[{ statusCode: number }]>;
    slow.write('{"expressCustomerName":');
    await arrived;
    const blocker = service.dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('LOCK TABLE express_customer_events IN EXCLUSIVE MODE');
    const waiting = sendTry(service, clinic, 0, 'Holds the place');
    while (!/^avara_express_requests_in_flight 1$/m.test(await service.app.metrics!.text())) await sleep(5);
    slow.end('"Same body"}');
    const [{ statusCode }] = await refusal;
    expect(statusCode).toBe(503);
    await blocker.rollbackTransaction();
    await blocker.release();
    expect((await waiting).status).toBe(200);
    const retried = idOf(await sendTry(service, clinic, 1));
    expect(retried).toMatch(/^cus_/);
    expect(retried).not.toBe(equal);
    expect(await count(service, clinic)).toBe(2);
  });
});

describe('on an instance whose caller has spent its points', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService('postgresql', { RATE_LIMIT_POINTS: '30' });
  });
  afterAll(() => service.stop());

  it('a retry of a refused create makes its own customer, though an equal one was made before', async () => {
    const clinic = await service.newClinic();
    const equal = idOf(await sendTry(service, clinic, 0));
    await sendTry(service, clinic, 0, 'Another');
    const refusals = [await sendTry(service, clinic, 0), await sendTry(service, clinic, 1)];
    expect(refusals.map(({ status }) => status)).toEqual([429, 429]);
    await sleep(1_000 * Number(refusals[1]!.headers.get('retry-after')));
    const retried = idOf(await sendTry(service, clinic, 2));
    expect(retried).toMatch(/^cus_/);
    expect(retried).not.toBe(equal);
    expect(await count(service, clinic)).toBe(2);
  });

  it.each([
    ['a malformed count', 'x', '{"expressCustomerName":"Refused"}'],
    ['no JSON', '0', '{"expressCustomerName":'],
    ['an invalid body', '0', '{"expressCustomerName":""}'],
    ['null', '0', 'null'],
    ['a large body', '0', JSON.stringify({ expressCustomerName: 'x'.repeat(100_000) })],
  ])('refuses a create with %s like any other, and goes on', async (_, retryCount, body) => {
    const clinic = await service.newClinic();
    const create = () =>
      service.request('/v1/express', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${clinic.token}`,
          'content-type': 'application/json',
          'x-stainless-retry-count': retryCount,
        },
        body,
      });
    const statuses: number[] = [];
    for (let calls = 0; calls < 4; calls += 1) statuses.push((await create()).status);
    expect(statuses).toEqual([400, 400, 429, 429]);
    expect((await service.request('/livez')).status).toBe(200);
  });
});
