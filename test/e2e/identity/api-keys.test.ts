import { setTimeout as sleep } from 'node:timers/promises';
import { openServiceDatabase } from '../../../src/service-database.js';
import { getDatabaseTime, findApiKeys } from '../../../src/identity/api-keys.js';
import { formatApiKeyToken, generateSecret, parseApiKeyToken } from '../../../src/identity/api-key-token.js';
import { createTestDatabase, onEachEngine } from '../../support/engines.js';
import { revokeKey, rotateKey } from '../../support/keys.js';
import {
  newClinic,
  serviceOn,
  startService,
  wrongKey,
  type Answer,
  type Clinic,
  type Service,
} from '../../support/service.js';

const LIST = '{ expressCustomers(first: 1) { nodes { id } } }';
const CREATE = 'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { id } }';
const SEEN_WITHIN_MS = 5_000;

const codeOf = ({ body }: Answer) => body.errors?.[0]?.extensions.code ?? 'OK';

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  const call = async (token: string, query = LIST) => codeOf(await service.graphql({ token }, query));
  const denials = () => service.logLines().filter(({ msg }) => msg === 'denied');
  const denialOf = async (answer: Answer) => {
    await service.requestLine(answer);
    return denials().filter(({ requestId }) => requestId === answer.headers.get('x-request-id'));
  };
  const inMs = async (ms: number) => new Date((await getDatabaseTime(service.dataSource.manager)).getTime() + ms);

  /** Calls until the key is refused. @returns how long after now the last call began that was still accepted. */
  async function acceptedFor(token: string): Promise<number> {
    const start = performance.now();
    for (let accepted = 0; ; await sleep(50)) {
      const began = performance.now() - start;
      if ((await call(token)) !== 'OK' || began > 3 * SEEN_WITHIN_MS) return accepted;
      accepted = began;
    }
  }

  it('ends a key at its expiry, also while it is trusted from the call before', async () => {
    const clinic = await service.newClinic();
    const now = () => getDatabaseTime(service.dataSource.manager);
    // A busy machine may take longer than the first key lives to ask with it once.
    for (const lifetimeMs of [3_000, 30_000]) {
      const expiresAt = await inMs(lifetimeMs);
      const { token } = await service.newKey(clinic, { expiresAt });
      const before: string[] = [];
      const after: string[] = [];
      while (after.length < 2) {
        const began = await now();
        const answer = await call(token);
        if (began >= expiresAt) after.push(answer);
        else if ((await now()) < expiresAt) before.push(answer);
      }
      expect(after).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
      expect(new Set([...before, 'OK'])).toEqual(new Set(['OK']));
      if (before.length > 0) return;
    }
    throw new Error('No call was answered before the key ended.');
  });

  it('refuses a revoked key within 5 s, for good, and the other keys of the clinic still work', async () => {
    const clinic = await service.newClinic();
    const other = await service.newKey(clinic);
    expect(await call(clinic.token)).toBe('OK');
    const { revokedAt } = await revokeKey(service.dataSource, {
      clinicId: clinic.clinicId,
      apiKeyId: clinic.apiKeyId,
    });
    expect(await acceptedFor(clinic.token)).toBeLessThan(SEEN_WITHIN_MS);
    expect(await call(clinic.token)).toBe('UNAUTHENTICATED');
    expect(await call(other.token)).toBe('OK');
    const again = await revokeKey(service.dataSource, { clinicId: clinic.clinicId, apiKeyId: clinic.apiKeyId });
    expect(again.revokedAt).toEqual(revokedAt);
  });

  it('rotates: old and new both work during the overlap, then only the new one', async () => {
    const clinic = await service.newClinic(['express:read']);
    const name = { clinicId: clinic.clinicId, apiKeyId: clinic.apiKeyId };
    const rotated = await rotateKey(service.dataSource, name, { overlapSeconds: 5 });
    expect([await call(clinic.token), await call(rotated.token)]).toEqual(['OK', 'OK']);
    await acceptedFor(clinic.token);
    expect((await getDatabaseTime(service.dataSource.manager)).getTime()).toBeGreaterThanOrEqual(
      rotated.replaced.expiresAt!.getTime(),
    );
    expect(await call(rotated.token)).toBe('OK');
    expect(await call(rotated.token, CREATE)).toBe('FORBIDDEN');
    const [old, fresh] = await findApiKeys(service.dataSource.manager, clinic.clinicId);
    expect(fresh).toMatchObject({ scopes: old!.scopes, description: old!.description, expiresAt: null });
  });

  it('rotates once when two operators rotate the same key at the same time, also when both say the new end', async () => {
    const clinic = await service.newClinic();
    const name = { clinicId: clinic.clinicId, apiKeyId: clinic.apiKeyId };
    const results = await Promise.allSettled(
      [1, 2].map(() => rotateKey(service.dataSource, name, { overlapSeconds: 60, expiresAt: null })),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await findApiKeys(service.dataSource.manager, clinic.clinicId)).toHaveLength(2);
  });

  it('keeps the nearer end when a key that ends soon is rotated with a longer overlap', async () => {
    const clinic = await service.newClinic();
    for (const [endsInMs, overlapMs, kept] of [
      [600_000, 3_600_000, true],
      [3_600_000, 600_000, false],
    ] as const) {
      const expiresAt = await inMs(endsInMs);
      const { apiKeyId } = await service.newKey(clinic, { expiresAt });
      const name = { clinicId: clinic.clinicId, apiKeyId };
      const overlapSeconds = overlapMs / 1_000;
      const { replaced } = await rotateKey(service.dataSource, name, { overlapSeconds, expiresAt: null });
      const oldKeyEndsAt = replaced.expiresAt!;
      const keys = await findApiKeys(service.dataSource.manager, clinic.clinicId);
      expect(keys.find((key) => key.apiKeyId === apiKeyId)!.expiresAt).toEqual(oldKeyEndsAt);
      expect(oldKeyEndsAt.getTime() === expiresAt.getTime()).toBe(kept);
      expect(oldKeyEndsAt.getTime()).toBeLessThanOrEqual(expiresAt.getTime());
    }
  });

  it('neither rotates nor revokes a key by the name of another clinic', async () => {
    const [clinic, other] = [await service.newClinic(), await service.newClinic()];
    const name = { clinicId: other.clinicId, apiKeyId: clinic.apiKeyId };
    await expect(revokeKey(service.dataSource, name)).rejects.toThrow('There is no such API key');
    await expect(rotateKey(service.dataSource, name, { overlapSeconds: 0 })).rejects.toThrow(
      'There is no such API key',
    );
    expect(await call(clinic.token)).toBe('OK');
  });

  it('names the kind of each refusal in one log line and never in the answer', async () => {
    const clinic = await service.newClinic();
    const { clinicId, apiKeyId, token } = clinic;
    const revoked = await service.newKey(clinic);
    await revokeKey(service.dataSource, { clinicId, apiKeyId: revoked.apiKeyId });
    const expired = await service.newKey(clinic, { expiresAt: await inMs(-1) });
    const unknown = { clinicId, apiKeyId: clinicId, secret: generateSecret() };
    const wrongSecret = formatApiKeyToken({ clinicId, apiKeyId, secret: generateSecret() });
    const mistyped = wrongKey(token);
    const cases: [string, string, object][] = [
      ['malformed', 'avk_nothing', {}],
      ['malformed', 'nothing', {}],
      ['mistyped', mistyped, { clinicId, apiKeyId }],
      ['unknown key', formatApiKeyToken(unknown), { clinicId, apiKeyId: clinicId }],
      ['wrong secret', wrongSecret, { clinicId, apiKeyId }],
      ['revoked', revoked.token, { clinicId, apiKeyId: revoked.apiKeyId }],
      ['expired', expired.token, { clinicId, apiKeyId: expired.apiKeyId }],
    ];
    const bodies = new Set<string>();
    for (const [kind, bad, publicPart] of cases) {
      const answer = await service.graphql({ token: bad }, LIST);
      const requestId = answer.headers.get('x-request-id');
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(await denialOf(answer)).toEqual([
        { level: 40, time: expect.any(Number), msg: 'denied', kind, ...publicPart, operation: '/graphql', requestId },
      ]);
      bodies.add(answer.text.replace(requestId!, ''));
    }
    expect(bodies.size).toBe(1);
    const secrets = [mistyped, wrongSecret, ...cases.map(([, bad]) => bad)].map((bad) => bad.slice(48)).filter(Boolean);
    const log = JSON.stringify(service.logLines());
    for (const secret of secrets) expect(log).not.toContain(secret);
  });

  it('logs a call without any credential as missing', async () => {
    const answer = await service.request('/graphql', { method: 'POST' });
    expect(await denialOf(answer)).toEqual([expect.objectContaining({ kind: 'missing', operation: '/graphql' })]);
  });

  it('names the missing scope to the caller and in one log line', async () => {
    const clinic = await service.newClinic(['express:read']);
    const answer = await service.graphql(clinic, CREATE);
    expect(answer.body.errors![0]!.message).toBe('The credential lacks the scope express:write.');
    const { clinicId, apiKeyId } = clinic;
    expect(await denialOf(answer)).toEqual([
      expect.objectContaining({
        kind: 'forbidden',
        clinicId,
        apiKeyId,
        scope: 'express:write',
        operation: 'createExpressCustomer',
      }),
    ]);
  });

  it('reads back what a token says, and nothing else', async () => {
    const { clinicId, apiKeyId, token } = await service.newClinic();
    expect(parseApiKeyToken(token)).toMatchObject({ clinicId, apiKeyId });
    expect(token).toMatch(/^avk_[0-9A-Za-z]{43}_[0-9A-Za-z]{49}$/);
  });
});

onEachEngine((engine) => {
  it('keeps when a key was last used, for the keys that were used, once the service has stopped', async () => {
    const place = await createTestDatabase(engine);
    const service = await serviceOn(place);
    const clinic = await service.newClinic();
    await service.newKey(clinic);
    const before = await getDatabaseTime(service.dataSource.manager);
    await service.graphql(clinic, LIST);
    const unwritten = await findApiKeys(service.dataSource.manager, clinic.clinicId);
    await service.app.stop();
    const database = await openServiceDatabase(place);
    const written = await findApiKeys(database.dataSource.manager, clinic.clinicId);
    await database.close();
    await place.remove();
    expect(unwritten.map(({ lastUsedAt }) => lastUsedAt)).toEqual([null, null]);
    expect(written.map(({ lastUsedAt }) => (lastUsedAt === null ? null : lastUsedAt >= before))).toEqual([true, null]);
  });

  it('writes the last use of a key at most once a minute, and again after it', async () => {
    const place = await createTestDatabase(engine);
    const uses: (Date | null)[] = [];
    let clinic: Clinic | undefined;
    for (const isLater of [false, false, true]) {
      const service = await serviceOn(place);
      clinic ??= await newClinic(service.dataSource);
      if (isLater)
        await service.dataSource.query(
          `UPDATE api_keys SET last_used_at = last_used_at - interval '61 seconds' WHERE clinic_id = $1`,
          [clinic.clinicId],
        );
      await service.graphql(clinic, LIST);
      await service.app.stop();
      const database = await openServiceDatabase(place);
      uses.push((await findApiKeys(database.dataSource.manager, clinic.clinicId))[0]!.lastUsedAt);
      await database.close();
    }
    await place.remove();
    const [first, again, later] = uses;
    expect(first).not.toBeNull();
    expect(again).toEqual(first);
    expect(later!.getTime()).toBeGreaterThan(first!.getTime());
  });
});
