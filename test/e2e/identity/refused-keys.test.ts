import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { formatApiKeyToken, generateSecret } from '../../../src/identity/api-key-token.js';
import { issueApiKey } from '../../../src/identity/issue-api-key.js';
import { onEachEngine } from '../../support/engines.js';
import { startService, type Service } from '../../support/service.js';
import { statementsOf } from '../../support/statements.js';

const LIST = '{ expressCustomers(first: 1) { nodes { id } } }';

const randomToken = (clinicId: string = randomUUID(), apiKeyId: string = randomUUID()): string =>
  formatApiKeyToken({ clinicId, apiKeyId, secret: generateSecret() });

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  const statusOf = async (token: string): Promise<number> => (await service.graphql({ token }, LIST)).status;

  it('costs one look-up however often a key is refused, one after the other or simultaneously', async () => {
    const { clinicId, apiKeyId } = await service.newClinic();
    const [unknown, wrongSecret] = [randomToken(), randomToken(clinicId, apiKeyId)];
    const statements = statementsOf(service.dataSource);
    for (const token of [unknown, wrongSecret])
      for (let n = 0; n < 5; n += 1)
        expect(await Promise.all([1, 2, 3, 4].map(() => statusOf(token)))).toEqual([401, 401, 401, 401]);
    expect(statements.filter((sql) => sql.includes('api_keys'))).toHaveLength(2);
  });

  it('accepts a new key immediately, whatever was refused in its name before', async () => {
    const clinic = await service.newClinic();
    expect(await statusOf(randomToken(clinic.clinicId, clinic.apiKeyId))).toBe(401);
    expect(await statusOf(clinic.token)).toBe(200);
    const { apiKeyId, token } = await issueApiKey(service.dataSource.manager, {
      clinicId: clinic.clinicId,
      scopes: ['express:read'],
      description: 'new',
    });
    expect(await statusOf(randomToken(clinic.clinicId, apiKeyId))).toBe(401);
    expect(await statusOf(token)).toBe(200);
  });
});

it('strangers with random keys occupy no more connections than one clinic may', async () => {
  const service = await startService('postgresql');
  const clinic = await service.newClinic();
  expect((await service.graphql(clinic, LIST)).status).toBe(200);
  const [holder, watching] = [1, 2].map(() => new Client({ connectionString: service.config.databaseUrl! })) as [
    Client,
    Client,
  ];
  await Promise.all([holder.connect(), watching.connect()]);
  const waiting = async (): Promise<number> => {
    const { rows } = await watching.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%api_keys%'`,
    );
    return rows[0]!.n;
  };
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE');
  let isOver = false;
  const callUntilOver = async (newToken: () => string): Promise<number[]> => {
    const seen: number[] = [];
    while (!isOver) seen.push((await service.graphql({ token: newToken() }, LIST)).status);
    return seen;
  };
  const strangers = Array.from({ length: 20 }, () => callUntilOver(randomToken));
  while ((await waiting()) < 3) await sleep(5);
  await sleep(200);
  expect(await waiting()).toBe(3);
  // The trust in the clinic's key runs out, and its look-up reaches the server although the strangers' wait.
  const own = callUntilOver(() => clinic.token);
  while ((await waiting()) < 4) await sleep(5);
  isOver = true;
  await holder.query('ROLLBACK');
  for (const status of (await Promise.all(strangers)).flat()) expect([401, 503]).toContain(status);
  await own;
  await Promise.all([holder.end(), watching.end()]);
  await service.stop();
});
