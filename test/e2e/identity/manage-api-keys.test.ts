import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scope } from '../../../src/identity/actor.js';
import { createTestDatabase, onEachEngine } from '../../support/engines.js';
import { AUDIENCE, startIssuer, type Issuer } from '../../support/issuer.js';
import { serviceOn, startService, type Answer, type Clinic, type Service } from '../../support/service.js';
import { newUserId } from '../../support/world.js';

const READ = '{ expressCustomers(first: 1) { nodes { id } } }';
const CREATE = `mutation($input: CreateExpressApiKeyInput!) {
  createExpressApiKey(input: $input) { token expressApiKey { apiKeyId tokenPrefix scopes state isCallersKey } } }`;
const ROTATE = `mutation($input: RotateExpressApiKeyInput!) { rotateExpressApiKey(input: $input) {
  token expressApiKey { apiKeyId state isCallersKey } replacedExpressApiKey { apiKeyId state expiresAt replacedByApiKeyId isCallersKey } } }`;
const REVOKE = `mutation($input: RevokeExpressApiKeyInput!) {
  revokeExpressApiKey(input: $input) { apiKeyId state revokedAt revokedByApiKeyId revokedByUserId } }`;
const KEYS = `{ expressApiKeys(first: 100) { nodes { apiKeyId description tokenPrefix scopes state isCallersKey createdByApiKeyId
  createdByUserId lastUsedAt } } }`;

const READER = { description: 'Reads', scopes: ['express:read'] };
const codeOf = ({ body }: Answer) => body.errors?.[0]?.extensions.code ?? 'OK';

onEachEngine((engine) => {
  let issuer: Issuer;
  let service: Service;
  beforeAll(async () => {
    issuer = await startIssuer();
    service = await startService(engine, {
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: AUDIENCE,
      LOG_LEVEL: 'trace',
      RATE_LIMIT_POINTS: '0',
    });
  });
  afterAll(async () => {
    await service.stop();
    await issuer.stop();
  });

  const call = (caller: { token: string }, document: string, input?: object) =>
    service.graphql(caller, document, input && { input });
  const create = async (caller: { token: string }, input: object = READER) => {
    const { body } = await call(caller, CREATE, input);
    expect(body.errors).toBeUndefined();
    return body.data!.createExpressApiKey as {
      token: string;
      expressApiKey: { apiKeyId: string; tokenPrefix: string };
    };
  };
  const keysOf = async (caller: { token: string }) =>
    (await call(caller, KEYS)).body.data!.expressApiKeys.nodes as Record<string, unknown>[];
  const newManager = (scopes: Scope[] = ['express:read', 'keys:manage']): Promise<Clinic> => service.newClinic(scopes);
  const changesOf = (apiKeyId: string) =>
    service.logLines().filter((line) => line.msg === 'API key changed' && line.apiKeyId === apiKeyId);

  it('creates a key that works immediately, with its scopes alone', async () => {
    const manager = await newManager();
    const { token, expressApiKey } = await create(manager);
    expect(expressApiKey).toEqual({
      apiKeyId: expect.any(String),
      tokenPrefix: token.slice(0, 47),
      scopes: ['express:read'],
      state: 'ACTIVE',
      isCallersKey: false,
    });
    expect(codeOf(await call({ token }, READ))).toBe('OK');
    expect(codeOf(await call({ token }, KEYS))).toBe('FORBIDDEN');
    expect(codeOf(await call({ token }, CREATE, READER))).toBe('FORBIDDEN');
  });

  it('shows a token in the answer that creates it, and never again: no list, log, cache or row has it', async () => {
    const manager = await newManager();
    const input = { ...READER, idempotencyKey: 'once' };
    const first = await call(manager, CREATE, input);
    const again = await call(manager, CREATE, input);
    const created = first.body.data!.createExpressApiKey;
    expect(again.body.data!.createExpressApiKey).toEqual({ ...created, token: null });
    const rotated = await call(manager, ROTATE, { apiKeyId: created.expressApiKey.apiKeyId, expiresAt: null });
    const tokens = [created.token, rotated.body.data!.rotateExpressApiKey.token] as string[];
    expect(new Set(tokens).size).toBe(2);
    for (const answer of [first, rotated]) expect(answer.headers.get('cache-control')).toBe('no-store');
    const rows = await service.dataSource.query('SELECT k::text FROM api_keys k WHERE clinic_id = $1', [
      manager.clinicId,
    ]);
    await service.requestLine(rotated);
    const everything = JSON.stringify([await keysOf(manager), rows, service.logLines()]);
    for (const token of tokens) {
      expect(everything).not.toContain(token.slice(48, 91));
      expect(everything).not.toContain(Buffer.from(token.slice(48, 91)).toString('hex'));
      expect(everything).toContain(token.slice(0, 47));
    }
  });

  it('creates another key each time when one document is sent again, as one that is kept', async () => {
    const manager = await newManager();
    const created = [await create(manager), await create(manager), await create(manager)];
    expect(new Set(created.map(({ token }) => token)).size).toBe(3);
    const prefixes = (await keysOf(manager)).map(({ tokenPrefix }) => tokenPrefix);
    for (const { expressApiKey } of created) expect(prefixes).toContain(expressApiKey.tokenPrefix);
  });

  it('names the scope that a caller cannot give away, to the caller and in the log', async () => {
    const manager = await newManager(['keys:manage']);
    const answer = await call(manager, CREATE, READER);
    expect(answer.body.errors![0]).toMatchObject({
      message: 'The credential lacks the scope express:read, so it makes no key that has it.',
      extensions: { code: 'FORBIDDEN' },
    });
    await service.requestLine(answer);
    const { apiKeyId, clinicId } = manager;
    const requestId = answer.headers.get('x-request-id');
    expect(service.logLines().filter((line) => line.msg === 'denied' && line.requestId === requestId)).toEqual([
      expect.objectContaining({ kind: 'forbidden', clinicId, apiKeyId, scope: 'express:read' }),
    ]);
    expect(await keysOf(manager)).toHaveLength(1);
  });

  it.each([
    ['no description', { description: ' ' }, 'description', 'BLANK'],
    ['a description that is too long', { description: 'x'.repeat(501) }, 'description', 'TOO_LONG'],
    ['no scope', { scopes: [] }, 'scopes', 'INVALID'],
    ['a scope that there is not', { scopes: ['express:read', 'express:delete'] }, 'scopes.1', 'INVALID'],
    ['a time that is none', { expiresAt: 'tomorrow' }, 'expiresAt', 'INVALID'],
    ['an expiry in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt', 'INVALID'],
    ['an empty idempotency key', { idempotencyKey: '' }, 'idempotencyKey', 'BLANK'],
  ])('refuses %s and creates nothing', async (_title, broken, path, code) => {
    const manager = await newManager();
    const { body } = await call(manager, CREATE, { ...READER, ...broken });
    const { extensions } = body.errors![0]!;
    expect(extensions.code).toBe('BAD_USER_INPUT');
    expect(
      extensions.fields!.map((field) => [field.path.slice(-path.split('.').length).join('.'), field.code]),
    ).toEqual([[path, code]]);
    expect(await keysOf(manager)).toHaveLength(1);
  });

  it('rotates the calling key: both work, the old one until its end, and the new one carries on', async () => {
    const manager = await newManager();
    const input = { apiKeyId: manager.apiKeyId, overlapSeconds: 3_600 };
    const { token, ...keys } = (await call(manager, ROTATE, input)).body.data!.rotateExpressApiKey;
    expect(keys).toEqual({
      expressApiKey: { apiKeyId: expect.any(String), state: 'ACTIVE', isCallersKey: false },
      replacedExpressApiKey: {
        apiKeyId: manager.apiKeyId,
        state: 'ACTIVE',
        expiresAt: expect.any(String),
        replacedByApiKeyId: keys.expressApiKey.apiKeyId,
        isCallersKey: true,
      },
    });
    for (const caller of [manager, { token }]) expect(await keysOf(caller)).toHaveLength(2);
    expect(codeOf(await call(manager, ROTATE, input))).toBe('API_KEY_NOT_ACTIVE');
    expect(codeOf(await call({ token }, REVOKE, { apiKeyId: manager.apiKeyId }))).toBe('OK');
  });

  it('lets no key revoke itself, and any other credential of the clinic revoke it', async () => {
    const manager = await newManager();
    const { token } = await create(manager, { description: 'Second', scopes: ['keys:manage'] });
    const refused = await call(manager, REVOKE, { apiKeyId: manager.apiKeyId });
    expect(codeOf(refused)).toBe('API_KEY_IN_USE');
    expect(codeOf(await call(manager, READ))).toBe('OK');
    const { body } = await call({ token }, REVOKE, { apiKeyId: manager.apiKeyId });
    expect(body.data!.revokeExpressApiKey).toMatchObject({ state: 'REVOKED', revokedByUserId: null });
  });

  it('lets a key that was just revoked leave no other one behind, while its instance still trusts it', async () => {
    const manager = await newManager();
    const { token, expressApiKey } = await create(manager, { description: 'Leaked', scopes: ['keys:manage'] });
    expect(codeOf(await call({ token }, KEYS))).toBe('OK');
    await call(manager, REVOKE, { apiKeyId: expressApiKey.apiKeyId });
    const answer = await call({ token }, CREATE, { description: 'Left behind', scopes: ['keys:manage'] });
    expect([answer.status, codeOf(answer)]).toEqual([401, 'UNAUTHENTICATED']);
    expect((await keysOf(manager)).map(({ description }) => description)).not.toContain('Left behind');
  });

  it('serves owners and admins, in a clinic too that is known from their tokens alone, and no members', async () => {
    const clinic_id = randomUUID();
    const user = async (level: string) => ({
      sub: newUserId(),
      ...{ level, clinic_id },
    });
    const [owner, admin, member] = [await user('owner'), await user('admin'), await user('member')];
    const [asOwner, asAdmin, asMember] = await Promise.all(
      [owner, admin, member].map(async (who) => ({ token: await issuer.sign(who) })),
    );
    const { token, expressApiKey } = await create(asOwner!, { ...READER, scopes: ['express:write', 'keys:manage'] });
    expect(await keysOf({ token })).toEqual([
      expect.objectContaining({ createdByUserId: owner.sub, createdByApiKeyId: null, isCallersKey: true }),
    ]);
    const { body } = await call(asAdmin!, REVOKE, { apiKeyId: expressApiKey.apiKeyId });
    expect(body.data!.revokeExpressApiKey).toMatchObject({ revokedByUserId: admin.sub, revokedByApiKeyId: null });
    for (const document of [KEYS, `{ expressApiKey(apiKeyId: "${expressApiKey.apiKeyId}") { apiKeyId } }`])
      expect(codeOf(await call(asMember!, document))).toBe('FORBIDDEN');
  });

  it('logs each change with who made it, once it is committed', async () => {
    const manager = await newManager();
    const { apiKeyId } = (await create(manager)).expressApiKey;
    const rotated = await call(manager, ROTATE, { apiKeyId, overlapSeconds: 3_600 });
    const replacedByApiKeyId = rotated.body.data!.rotateExpressApiKey.expressApiKey.apiKeyId as string;
    for (let times = 0; times < 2; times += 1) await call(manager, REVOKE, { apiKeyId });
    await call(manager, ROTATE, { apiKeyId, overlapSeconds: 3_600 });
    const { clinicId, apiKeyId: actorApiKeyId } = manager;
    const known = { clinicId, apiKeyId, actorApiKeyId, actorUserId: null, requestId: expect.any(String), level: 30 };
    expect(changesOf(apiKeyId)).toEqual([
      expect.objectContaining({ ...known, change: 'created' }),
      expect.objectContaining({ ...known, change: 'rotated', replacedByApiKeyId }),
      expect.objectContaining({ ...known, change: 'revoked' }),
    ]);
  });
});

it('refuses a revoked key on every instance within 5 s, also on one that has just trusted it', async () => {
  const place = await createTestDatabase('postgresql');
  const [one, other] = [await serviceOn(place), await serviceOn(place)];
  const manager = await one.newClinic();
  const key = await one.newKey(manager);
  const isAccepted = async () => codeOf(await other.graphql(key, READ)) === 'OK';
  expect(await isAccepted()).toBe(true);
  expect(codeOf(await one.graphql(manager, REVOKE, { input: { apiKeyId: key.apiKeyId } }))).toBe('OK');
  const revokedAt = performance.now();
  let lastAcceptedAt = revokedAt;
  for (let began = revokedAt; await isAccepted(); began = performance.now()) {
    lastAcceptedAt = began;
    if (began - revokedAt > 15_000) break;
    await sleep(50);
  }
  expect(lastAcceptedAt - revokedAt).toBeLessThan(5_000);
  await one.app.stop();
  await other.stop();
});
