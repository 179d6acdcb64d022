import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseApiKeyToken } from '../../src/identity/api-key-token.js';
import { ApiKeyEntity } from '../../src/identity/api-key.entity.js';
import { ensureDemoKey, getDemoKeyFile } from '../../src/identity/demo.js';
import { issueApiKey } from '../../src/identity/issue-api-key.js';
import { openWorld, type World } from '../support/world.js';

let world: World;
let dataDir: string;
beforeEach(async () => {
  world = await openWorld('embedded');
  dataDir = await mkdtemp(join(tmpdir(), 'demo-key-'));
});
afterEach(async () => {
  await world.close();
  await rm(dataDir, { recursive: true });
});

const start = async (isProduction: boolean) => (await ensureDemoKey(world.dataSource, { dataDir, isProduction }))!;
const find = (token: string) =>
  world.dataSource.manager.findOneByOrFail(ApiKeyEntity, {
    apiKeyId: (parseApiKeyToken(token) as { apiKeyId: string }).apiKeyId,
  });

it('manages keys in development, and in production only reads and changes customers', async () => {
  const { token } = await start(true);
  expect((await find(token)).scopes).toEqual(['express:read', 'express:write']);
  expect(await start(false)).toEqual({ token, isNew: false });
  expect((await find(token)).scopes).toEqual(['express:read', 'express:write', 'keys:manage']);
});

it('gets the scopes that there are when an earlier version made it, and no other key in its file does', async () => {
  const { token } = await start(false);
  const { clinicId } = await find(token);
  const scopes: ['express:read'] = ['express:read'];
  await world.dataSource.manager.update(ApiKeyEntity, { clinicId }, { scopes });
  await start(false);
  expect((await find(token)).scopes).toContain('keys:manage');
  const own = await issueApiKey(world.dataSource.manager, { clinicId, scopes, description: 'Reads only' });
  await writeFile(getDemoKeyFile(dataDir), own.token);
  expect((await start(false)).token).toBe(own.token);
  expect((await find(own.token)).scopes).toEqual(scopes);
});

const end = async (token: string, change: { revokedAt: Date } | { expiresAt: Date }) => {
  const { clinicId, apiKeyId } = await find(token);
  await world.dataSource.manager.update(ApiKeyEntity, { clinicId, apiKeyId }, change);
};

it.each([
  ['revoked', { revokedAt: new Date('2020-01-01') }],
  ['rotated, and has expired since', { expiresAt: new Date('2020-01-01') }],
])('a demo key that was %s is replaced in development, and no longer shown in production', async (_case, change) => {
  const first = await start(false);
  await end(first.token, change);
  expect(await ensureDemoKey(world.dataSource, { dataDir, isProduction: true })).toBeNull();
  const second = await start(false);
  expect(second).toEqual({ token: expect.not.stringMatching(first.token), isNew: false });
  expect(await start(false)).toEqual(second);
  const [old, renewed] = [await find(first.token), await find(second.token)];
  expect(renewed.clinicId).toBe(old.clinicId);
  expect(renewed).toMatchObject({ scopes: old.scopes, revokedAt: null, expiresAt: null });
});
