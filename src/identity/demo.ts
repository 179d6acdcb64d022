import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource, EntityManager } from 'typeorm';
import { SCOPES, type Scope } from './actor.js';
import { parseApiKeyToken } from './api-key-token.js';
import { getKeyState, ApiKeyEntity } from './api-key.entity.js';
import { getDatabaseTime } from './api-keys.js';
import { ClinicEntity } from './clinic.entity.js';
import { createClinic } from './create-clinic.js';
import { issueApiKey } from './issue-api-key.js';

const DESCRIPTION = 'Created at the first start';

/** The file that holds the demo key of the embedded engine, readable by its owner alone. */
export const getDemoKeyFile = (dataDir: string): string => join(dataDir, 'api-key');

/** The key of the demo clinic, and whether this start created it. */
export interface DemoKey {
  token: string;
  isNew: boolean;
}

async function findStoredKey(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export interface DemoSettings {
  dataDir: string;
  isProduction: boolean;
}

/** In production whoever reads the file does not manage the keys of others. */
const demoScopes = ({ isProduction }: DemoSettings): Scope[] =>
  isProduction ? ['express:read', 'express:write'] : [...SCOPES];

// Whatever else somebody put into the file stays as it is: its description is another one.
async function findDemoKey({ manager }: DataSource, token: string): Promise<ApiKeyEntity | null> {
  const key = parseApiKeyToken(token);
  if ('failure' in key) return null;
  const { clinicId, apiKeyId } = key;
  return manager.findOneBy(ApiKeyEntity, { clinicId, apiKeyId, description: DESCRIPTION });
}

const issueDemoKey = (manager: EntityManager, clinicId: string, scopes: Scope[]) =>
  issueApiKey(manager, { clinicId, scopes, description: DESCRIPTION });

async function storeKey(file: string, token: string): Promise<void> {
  await writeFile(`${file}.new`, `${token}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** The token of a demo key that is accepted; null where there is none, and in production where it was revoked or has expired. */
async function findValidToken(dataSource: DataSource, settings: DemoSettings): Promise<string | null> {
  const { manager } = dataSource;
  const file = getDemoKeyFile(settings.dataDir);
  const stored = await findStoredKey(file);
  const key = stored === null ? null : await findDemoKey(dataSource, stored);
  if (key === null) return stored;
  const isActive = getKeyState(key, await getDatabaseTime(manager)) === 'active';
  if (settings.isProduction) return isActive ? stored : null;
  const { clinicId, apiKeyId } = key;
  if (!isActive) {
    const { token } = await issueDemoKey(manager, clinicId, demoScopes(settings));
    await storeKey(file, token);
    return token;
  }
  // A data folder of a version before has a demo key that lacks the newer scopes.
  await manager.update(ApiKeyEntity, { clinicId, apiKeyId }, { scopes: demoScopes(settings) });
  return stored;
}

/**
 * On the first start of the embedded engine creates a demo clinic with one key that has all scopes, in production all but
 * `keys:manage`; later starts find it again. In development a start replaces it once it was revoked or has expired, as it does
 * when the overlap of its rotation ends, so that the pages and the first examples keep working. The file appears complete or not
 * at all, before the clinic is committed: a start that is killed in between leaves a key that is not valid, and the next start,
 * which finds no clinic, replaces it.
 */
export async function ensureDemoKey(dataSource: DataSource, settings: DemoSettings): Promise<DemoKey | null> {
  if (await dataSource.getRepository(ClinicEntity).exists()) {
    const token = await findValidToken(dataSource, settings);
    return token === null ? null : { token, isNew: false };
  }
  const token = await dataSource.transaction(async (manager) => {
    const clinicId = await createClinic(manager, 'Demo clinic');
    const key = await issueDemoKey(manager, clinicId, demoScopes(settings));
    await storeKey(getDemoKeyFile(settings.dataDir), key.token);
    return key.token;
  });
  return { token, isNew: true };
}
