import { setTimeout as sleep } from 'node:timers/promises';
import { startRedisServer, type RedisServer } from '../support/servers/redis-server.js';
import { serviceOn, startService, type Answer, type Clinic, type Service } from '../support/service.js';

const POINTS = 100;
const LIST = `query ($first: Int!) { expressCustomers(first: $first) { nodes { expressCustomerId } } }`;
let redis: RedisServer;
let instances: [Service, Service];
let clinic: Clinic;

beforeAll(async () => {
  redis = await startRedisServer();
  const environment = { RATE_LIMIT_POINTS: String(POINTS), REDIS_URL: redis.url };
  const first = await startService('postgresql', environment);
  const { databaseUrl, dataDir } = first.config;
  const second = await serviceOn({ databaseUrl, dataDir, remove: async () => undefined }, environment);
  instances = [first, second];
});
afterAll(async () => {
  for (const instance of [...instances].reverse()) await instance.stop();
  await redis.remove();
});
beforeEach(async () => {
  clinic = await instances[0].newClinic();
});

const remainingOf = ({ headers }: Answer): number => Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);

const list = (instance: Service, entries: number) => instance.graphql(clinic, LIST, { first: entries });

const redisLines = (instance: Service): unknown[] =>
  instance
    .logLines()
    .map(({ msg }) => msg)
    .filter((msg) => String(msg).startsWith('Redis '));

/** Until what one instance takes is missing at the other: with a new credential each time, whose points are whole. */
async function untilTogether(): Promise<void> {
  for (;;) {
    clinic = await instances[0].newClinic();
    await list(instances[0], 30);
    if (remainingOf(await list(instances[1], 20)) === POINTS - 52) return;
    await sleep(50);
  }
}

describe('with Redis', () => {
  // On a busy machine an answer of Redis may take longer than an instance waits for it, which then counts alone for a while.
  beforeEach(async () => {
    await untilTogether();
    clinic = await instances[0].newClinic();
  });

  it('instances take from the same points, and both refuse once they are spent', async () => {
    expect(remainingOf(await list(instances[0], 30))).toBe(POINTS - 31);
    expect(remainingOf(await list(instances[1], 30))).toBe(POINTS - 62);
    expect((await list(instances[0], 40)).status).toBe(429);
    for (const instance of instances) {
      const refused = await list(instance, 1);
      expect(refused.status).toBe(429);
      expect(refused.body.errors![0]!.extensions.code).toBe('RATE_LIMITED');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(10);
    }
  });

  it('leaves the points of every other credential alone', async () => {
    await list(instances[0], 99);
    const other = await instances[0].newKey(clinic);
    expect(remainingOf(await instances[1].graphql(other, LIST, { first: 1 }))).toBe(POINTS - 2);
  });

  it('each counts alone while Redis is away, and together again once it is back', async () => {
    await redis.stop();
    for (const instance of instances) expect((await list(instance, 60)).status).toBe(200);
    for (const instance of instances) expect((await list(instance, 60)).status).toBe(429);
    await redis.start();
    await untilTogether();
  });

  it('counts alone while Redis hangs, and says once that it is away and once that it is back', async () => {
    const linesBefore = redisLines(instances[0]).length;
    redis.signal('SIGSTOP');
    try {
      expect((await list(instances[0], 60)).status).toBe(200);
      for (let n = 0; n < 30; n += 1) expect((await list(instances[0], 60)).status).toBe(429);
    } finally {
      redis.signal('SIGCONT');
    }
    await untilTogether();
    expect(redisLines(instances[0]).slice(linesBefore)).toEqual([
      expect.stringMatching(/^Redis is away/),
      expect.stringMatching(/^Redis answers again/),
    ]);
  });

  it('keeps nothing in Redis that opens anything: an id and a number', async () => {
    await list(instances[0], 1);
    const { Redis } = await import('ioredis');
    const client = new Redis(redis.url);
    const keys = await client.keys('*');
    client.disconnect();
    expect(keys).toContain(`avara-express:${clinic.apiKeyId}`);
    expect(keys.join()).not.toContain(clinic.token.slice(-20));
  });
});
