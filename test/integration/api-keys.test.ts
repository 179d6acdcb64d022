import { buildOperatorContext } from '../../src/cli/operator-context.js';
import type { Scope } from '../../src/identity/actor.js';
import { findApiKeys, getDatabaseTime } from '../../src/identity/api-keys.js';
import type { CreateExpressApiKeyInput } from '../../src/identity/contract/api-key.inputs.js';
import { createClinic } from '../../src/identity/create-clinic.js';
import { issueApiKey } from '../../src/identity/issue-api-key.js';
import * as useCases from '../../src/identity/use-cases/index.js';
import { AppError } from '../../src/shared/app-error.js';
import { onEachEngine } from '../support/engines.js';
import { newUserId, openWorld, outcomes, type Caller, type World } from '../support/world.js';

const LIMIT = 100;
const READS: Scope[] = ['express:read'];

onEachEngine((engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  /** A caller with a key that there is, of a clinic of its own or of a given one. */
  async function newManager(scopes: Scope[] = ['express:read', 'keys:manage'], clinicId?: string): Promise<Caller> {
    const { manager } = world.dataSource;
    const clinic = clinicId ?? (await createClinic(manager, 'A clinic of a test'));
    const { apiKeyId } = await issueApiKey(manager, { clinicId: clinic, scopes, description: 'Manages' });
    const caller = world.newCaller({ clinicId: clinic });
    return { ...caller, actor: { kind: 'api-key', clinicId: clinic, apiKeyId, scopes } };
  }
  const create = (caller: Caller, input: Partial<CreateExpressApiKeyInput> = {}) =>
    useCases.createExpressApiKey(caller, { description: 'Reads', scopes: READS, ...input });
  const keysOf = (caller: Caller) => findApiKeys(world.dataSource.manager, caller.actor.clinicId);
  const inMs = async (ms: number) => new Date((await getDatabaseTime(world.dataSource.manager)).getTime() + ms);
  const failureOf = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!(error instanceof AppError)) throw new Error('The call did not fail as it should.', { cause: error });
    return { code: error.code, paths: (error.details.fields ?? []).map(({ path }) => path.join('.')) };
  };
  const ownId = ({ actor }: Caller): string => (actor as { apiKeyId: string }).apiKeyId;

  /** Fills a clinic with active keys up to a count. */
  async function fill(caller: Caller, count: number): Promise<void> {
    const { clinicId } = caller.actor;
    await world.dataSource.query(
      `INSERT INTO api_keys (clinic_id, api_key_id, secret_hash, scopes, description)
       SELECT $1, gen_random_uuid(), '', ARRAY['express:read'], 'Filler' FROM generate_series(1, $2)`,
      [clinicId, count - (await keysOf(caller)).length],
    );
  }

  it('creates a key with its scopes once each, its expiry and who created it', async () => {
    const caller = await newManager();
    const expiresAt = await inMs(60_000);
    const input = { scopes: ['keys:manage', 'express:read', 'express:read'] as Scope[] };
    const { key, token } = await create(caller, { ...input, expiresAt: expiresAt.toISOString() });
    expect(key).toMatchObject({ scopes: ['express:read', 'keys:manage'], expiresAt, description: 'Reads' });
    expect(key).toMatchObject({ createdByApiKeyId: ownId(caller), createdByUserId: null, replacedByApiKeyId: null });
    expect(token).toMatch(/^avk_/);
    expect(await useCases.expressApiKey(caller, key.apiKeyId)).toMatchObject({ key });
  });

  it('gives no key a scope that its creator lacks, whether it is created or rotated', async () => {
    const caller = await newManager(['keys:manage']);
    const { apiKeyId } = await issueApiKey(world.dataSource.manager, {
      clinicId: caller.actor.clinicId,
      scopes: ['express:write', 'keys:manage'],
      description: 'Stronger',
    });
    const before = await keysOf(caller);
    const rotation = { apiKeyId, overlapSeconds: 0 };
    expect((await failureOf(create(caller, { scopes: ['express:write', 'keys:manage'] }))).code).toBe('FORBIDDEN');
    expect((await failureOf(useCases.rotateExpressApiKey(caller, rotation))).code).toBe('FORBIDDEN');
    expect(await keysOf(caller)).toEqual(before);
    // Taking a scope away gives nobody more.
    await useCases.revokeExpressApiKey(caller, { apiKeyId });
  });

  it('refuses an expiry that is not later than now, by the clock of the database', async () => {
    const caller = await newManager();
    const past = (await inMs(0)).toISOString();
    const refused = { code: 'BAD_USER_INPUT', paths: ['expiresAt'] };
    expect(await failureOf(create(caller, { expiresAt: past }))).toEqual(refused);
    const { key } = await create(caller);
    const rotation = { apiKeyId: key.apiKeyId, overlapSeconds: 60, expiresAt: past };
    expect(await failureOf(useCases.rotateExpressApiKey(caller, rotation))).toEqual(refused);
    expect(await keysOf(caller)).toHaveLength(2);
  });

  it('returns the same key for the same idempotency key, its token only once, however many calls there are', async () => {
    const caller = await newManager();
    const input = { idempotencyKey: 'nightly', expiresAt: (await inMs(60_000)).toISOString() };
    const created = await Promise.all(Array.from({ length: 8 }, () => create(caller, input)));
    expect(new Set(created.map(({ key }) => key.apiKeyId)).size).toBe(1);
    expect(created.filter(({ token }) => token !== null)).toHaveLength(1);
    expect(await keysOf(caller)).toHaveLength(2);
    // Whatever has become of the key.
    await useCases.revokeExpressApiKey(caller, { apiKeyId: created[0]!.key.apiKeyId });
    expect(await create(caller, input)).toMatchObject({ token: null, key: { revokedAt: expect.any(Date) } });
    for (const other of [{ description: 'Other' }, { scopes: ['keys:manage'] as Scope[] }, { expiresAt: null }])
      expect((await failureOf(create(caller, { ...input, ...other }))).code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('keeps the idempotency keys of two callers and of two clinics apart', async () => {
    const caller = await newManager();
    const sibling = await newManager(undefined, caller.actor.clinicId);
    const user = world.newCaller({ clinicId: caller.actor.clinicId, userId: newUserId() });
    const callers = [caller, sibling, user, await newManager()];
    const created = await Promise.all(callers.map((each) => create(each, { idempotencyKey: 'same' })));
    expect(new Set(created.map(({ key }) => key.apiKeyId)).size).toBe(callers.length);
    expect(created.every(({ token }) => token !== null)).toBe(true);
  });

  it('rotates a key once, whatever the number of simultaneous calls, and its replacement after it', async () => {
    const caller = await newManager();
    const { key } = await create(caller);
    const rotate = (apiKeyId: string) =>
      useCases.rotateExpressApiKey(caller, { apiKeyId, overlapSeconds: 60, expiresAt: null });
    expect(await outcomes(Array.from({ length: 5 }, () => rotate(key.apiKeyId)))).toEqual({
      OK: 1,
      API_KEY_NOT_ACTIVE: 4,
    });
    const old = (await keysOf(caller)).find(({ apiKeyId }) => apiKeyId === key.apiKeyId)!;
    const rotated = await rotate(old.replacedByApiKeyId!);
    expect(rotated.key).toMatchObject({ scopes: READS, description: 'Reads', createdByApiKeyId: ownId(caller) });
    expect(await keysOf(caller)).toHaveLength(4);
  });

  it('rotates neither a revoked nor an expired key', async () => {
    const caller = await newManager();
    const { clinicId } = caller.actor;
    const { key } = await create(caller);
    await useCases.revokeExpressApiKey(caller, { apiKeyId: key.apiKeyId });
    const past = { clinicId, scopes: READS, description: 'Expired', expiresAt: await inMs(-1) };
    const expired = await issueApiKey(world.dataSource.manager, past);
    for (const { apiKeyId } of [key, expired]) {
      const rotation = { apiKeyId, overlapSeconds: 60, expiresAt: null };
      expect((await failureOf(useCases.rotateExpressApiKey(caller, rotation))).code).toBe('API_KEY_NOT_ACTIVE');
    }
  });

  it('asks for the end of the new key when the old one ends, and for an overlap when a key rotates itself', async () => {
    const caller = await newManager();
    const { key } = await create(caller, { expiresAt: (await inMs(600_000)).toISOString() });
    const rotate = (apiKeyId: string, rotation: { overlapSeconds: number; expiresAt?: string | null }) =>
      useCases.rotateExpressApiKey(caller, { apiKeyId, ...rotation });
    expect(await failureOf(rotate(key.apiKeyId, { overlapSeconds: 0 }))).toEqual({
      code: 'BAD_USER_INPUT',
      paths: ['expiresAt'],
    });
    expect((await rotate(key.apiKeyId, { overlapSeconds: 0, expiresAt: null })).key.expiresAt).toBeNull();
    expect(await failureOf(rotate(ownId(caller), { overlapSeconds: 59 }))).toEqual({
      code: 'BAD_USER_INPUT',
      paths: ['overlapSeconds'],
    });
    const own = await rotate(ownId(caller).toUpperCase(), { overlapSeconds: 60 });
    expect(own.replaced.expiresAt!.getTime()).toBe(own.now.getTime() + 60_000);
  });

  it('revokes every key but the one that calls, which would lock its clinic out, and says who did it first', async () => {
    const caller = await newManager();
    const user = world.newCaller({ clinicId: caller.actor.clinicId, userId: newUserId() });
    const apiKeyId = ownId(caller);
    expect((await failureOf(useCases.revokeExpressApiKey(caller, { apiKeyId }))).code).toBe('API_KEY_IN_USE');
    const { key } = await useCases.revokeExpressApiKey(user, { apiKeyId });
    const { userId } = user.actor as { userId: string };
    expect(key).toMatchObject({ revokedAt: expect.any(Date), revokedByUserId: userId, revokedByApiKeyId: null });
    const other = world.newCaller({ clinicId: caller.actor.clinicId, userId: newUserId() });
    expect((await useCases.revokeExpressApiKey(other, { apiKeyId })).key).toEqual(key);
  });

  it('lets a key that was revoked or has expired change nothing, though its instance may still trust it', async () => {
    const caller = await newManager();
    const { key } = await create(caller);
    const operator = buildOperatorContext(world, caller.actor.clinicId);
    await useCases.revokeExpressApiKey(operator, { apiKeyId: ownId(caller) });
    const { apiKeyId } = key;
    const calls = () => [
      create(caller),
      useCases.rotateExpressApiKey(caller, { apiKeyId, overlapSeconds: 0 }),
      useCases.revokeExpressApiKey(caller, { apiKeyId }),
    ];
    expect(await outcomes(calls())).toEqual({ UNAUTHENTICATED: 3 });
    await world.dataSource.query(
      'UPDATE api_keys SET revoked_at = NULL, expires_at = statement_timestamp() WHERE clinic_id = $1 AND api_key_id = $2',
      [caller.actor.clinicId, ownId(caller)],
    );
    expect(await outcomes(calls())).toEqual({ UNAUTHENTICATED: 3 });
    expect(await keysOf(caller)).toHaveLength(2);
  });

  it('leaves no key behind that a revoked one creates at the same time, in whichever order they come', async () => {
    for (let round = 0; round < 10; round += 1) {
      const caller = await newManager();
      const operator = buildOperatorContext(world, caller.actor.clinicId);
      const [created, revoked] = await Promise.allSettled([
        create(caller),
        useCases.revokeExpressApiKey(operator, { apiKeyId: ownId(caller) }),
      ]);
      expect(revoked.status).toBe('fulfilled');
      const keys = await keysOf(caller);
      expect(keys).toHaveLength(created.status === 'fulfilled' ? 2 : 1);
      const { revokedAt } = keys.find(({ apiKeyId }) => apiKeyId === ownId(caller))!;
      for (const { createdAt } of keys) expect(createdAt <= revokedAt!).toBe(true);
    }
  });

  it(`lets a clinic have ${LIMIT} active keys, whatever the number of simultaneous calls`, async () => {
    const caller = await newManager();
    await fill(caller, LIMIT - 2);
    expect(await outcomes(Array.from({ length: 5 }, () => create(caller)))).toEqual({
      OK: 2,
      API_KEY_LIMIT_REACHED: 3,
    });
    const filler = (await keysOf(caller)).find(({ description }) => description === 'Filler')!;
    const rotate = (overlapSeconds: number) =>
      useCases.rotateExpressApiKey(caller, { apiKeyId: filler.apiKeyId, overlapSeconds });
    expect((await failureOf(rotate(60))).code).toBe('API_KEY_LIMIT_REACHED');
    // Neither the rotated one nor a revoked one is active any longer.
    const { key } = await rotate(0);
    await useCases.revokeExpressApiKey(caller, { apiKeyId: key.apiKeyId });
    expect(await outcomes([create(caller)])).toEqual({ OK: 1 });
    const operator = buildOperatorContext(world, caller.actor.clinicId);
    const input = { description: 'By an operator', scopes: READS };
    expect(await useCases.createExpressApiKey(operator, input)).toMatchObject({
      key: { createdByApiKeyId: null, createdByUserId: null },
    });
  });

  it('creates keys for users of a clinic that nobody has registered here, and for no operator who names none', async () => {
    const user = world.newCaller({ userId: newUserId() });
    const { userId } = user.actor as { userId: string };
    const created = await Promise.all([create(user), create(user)]);
    for (const { key } of created) expect(key).toMatchObject({ createdByUserId: userId, createdByApiKeyId: null });
    const operator = buildOperatorContext(world, world.newCaller().actor.clinicId);
    const input = { description: 'Nowhere', scopes: READS };
    await expect(useCases.createExpressApiKey(operator, input)).rejects.toThrow('There is no clinic');
  });

  it('lists keys newest first, page by page, those of the same time in one order', async () => {
    const caller = await newManager();
    await fill(caller, 8);
    const created = (await keysOf(caller)).map(({ apiKeyId }) => apiKeyId);
    const found: string[] = [];
    for (let after: string | undefined, pages = 0; pages < 4; pages += 1) {
      const page: Awaited<ReturnType<typeof useCases.expressApiKeys>> = await useCases.expressApiKeys(caller, {
        first: 3,
        ...(after !== undefined && { after }),
      });
      found.push(...page.rows.map(({ apiKeyId }) => apiKeyId));
      if (!page.hasNextPage) break;
      after = page.cursorOf(page.rows.at(-1)!);
    }
    expect(found).toEqual(created.reverse());
  });
});
