import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedisServer, type RedisServer } from '../support/servers/redis-server.js';
import { serviceOn, startService, type Answer, type Clinic, type Service } from '../support/service.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const LIST = 'query ($first: Int!) { expressCustomers(first: $first) { totalCount } }';

let redis: RedisServer;
let instances: [Service, Service];
let clinic: Clinic;

beforeAll(async () => {
  redis = await startRedisServer();
  const environment = { REDIS_URL: redis.url };
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

let documents = 0;
const fresh = (): string => `# ${(documents += 1)}\n${LIST}`;

function send(instance: Service, hash: string, query?: string): Promise<Answer> {
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
  return instance.request('/graphql', {
    method: 'POST',
    headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { first: 1 }, extensions }),
  });
}

const codeOf = ({ body }: Answer): string | undefined => body.errors?.[0]?.extensions.code;

async function withClient<T>(run: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(redis.url);
  try {
    return await run(client);
  } finally {
    client.disconnect();
  }
}

const keyOf = (hash: string): string => `avara-express:document:${hash.slice(0, 3)}`;

async function untilStored(hash: string, text: string): Promise<void> {
  await withClient(async (client) => {
    while ((await client.get(keyOf(hash))) !== text) await sleep(10);
  });
}

it('runs a document that another instance registered', async () => {
  const document = fresh();
  const hash = sha256(document);
  expect((await send(instances[0], hash, document)).body.data).toBeDefined();
  await untilStored(hash, document);
  const { body } = await send(instances[1], hash);
  expect(body).toEqual({ data: { expressCustomers: { totalCount: 0 } } });
  const ttl = await withClient((client) => client.ttl(keyOf(hash)));
  expect(ttl).toBeGreaterThan(86_000);
});

it('runs nothing that Redis holds under a hash of another document', async () => {
  const hash = sha256(fresh());
  const planted = 'mutation { createExpressCustomer(input: { expressCustomerName: "Planted" }) { id } }';
  await withClient((client) => client.set(keyOf(hash), planted));
  expect(codeOf(await send(instances[0], hash))).toBe('PERSISTED_QUERY_NOT_FOUND');
  expect((await send(instances[0], hash, LIST)).status).toBe(400);
});

it('takes at most 4,096 keys in Redis, however many documents are registered', async () => {
  for (let number = 0; number < 60; number += 1) {
    const document = fresh();
    await send(instances[0], sha256(document), document);
  }
  const keys = await withClient((client) => client.keys('avara-express:document:*'));
  expect(keys.length).toBeGreaterThan(1);
  for (const key of keys) expect(key).toMatch(/:[0-9a-f]{3}$/);
});

/** Until the instance asks Redis again after a failure. */
async function untilShared(): Promise<void> {
  for (;;) {
    const document = fresh();
    const hash = sha256(document);
    await send(instances[0], hash, document);
    if (codeOf(await send(instances[1], hash)) === undefined) return;
    await sleep(50);
  }
}

it.each([
  ['hangs', async () => redis.signal('SIGSTOP'), async () => redis.signal('SIGCONT')],
  ['is away', () => redis.stop(), () => redis.start()],
])('fails no call while Redis %s, and keeps documents by itself', async (_title, begin, end) => {
  const document = fresh();
  const hash = sha256(document);
  await begin();
  try {
    expect(codeOf(await send(instances[0], hash))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await send(instances[0], hash, document)).body.data).toBeDefined();
    expect((await send(instances[0], hash)).body.data).toBeDefined();
    expect(codeOf(await send(instances[1], hash))).toBe('PERSISTED_QUERY_NOT_FOUND');
  } finally {
    await end();
  }
  await untilShared();
});
