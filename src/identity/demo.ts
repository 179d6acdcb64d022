import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { SCOPES, type Scope } from './actor.js';
import { parseApiKeyToken } from './api-key-token.js';
import { ApiKeyEntity } from './api-key.entity.js';
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

// A data folder of a version before has a demo key that lacks the newer scopes. Whatever else somebody put into the file stays as
// it is: its description is another one.
async function addNewScopes({ manager }: DataSource, token: string, scopes: Scope[]): Promise<void> {
  const key = parseApiKeyToken(token);
  if ('failure' in key) return;
  const { clinicId, apiKeyId } = key;
  await manager.update(ApiKeyEntity, { clinicId, apiKeyId, description: DESCRIPTION }, { scopes });
}

/**
 * On the first start of the embedded engine creates a demo clinic with one key that has all scopes, in production all but
 * `keys:manage`; later starts find it again. The file appears complete or not at all, before the key is committed: a start that
 * is killed in between leaves a key that is not valid, and the next start, which finds no clinic, replaces it.
 */
export async function ensureDemoKey(dataSource: DataSource, settings: DemoSettings): Promise<DemoKey | null> {
  const file = getDemoKeyFile(settings.dataDir);
  const scopes = demoScopes(settings);
  if (await dataSource.getRepository(ClinicEntity).exists()) {
    const stored = await findStoredKey(file);
    if (stored === null) return null;
    if (!settings.isProduction) await addNewScopes(dataSource, stored, scopes);
    return { token: stored, isNew: false };
  }
  const token = await dataSource.transaction(async (manager) => {
    const clinicId = await createClinic(manager, 'Demo clinic');
    const key = await issueApiKey(manager, {
      clinicId,
      scopes,
      description: DESCRIPTION,
    });
    await writeFile(`${file}.new`, `${key.token}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
    return key.token;
  });
  return { token, isNew: true };
}
