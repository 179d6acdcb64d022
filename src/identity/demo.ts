import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { SCOPES } from './actor.js';
import { ClinicEntity } from './clinic.entity.js';
import { createClinic } from './create-clinic.js';
import { issueApiKey } from './issue-api-key.js';

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

/**
 * On the first start of the embedded engine creates a demo clinic with one key that has all scopes; later starts find it
 * again. The file appears complete or not at all, before the key is committed: a start that is killed in between leaves a
 * key that is not valid, and the next start, which finds no clinic, replaces it.
 */
export async function ensureDemoKey(dataSource: DataSource, dataDir: string): Promise<DemoKey | null> {
  const file = getDemoKeyFile(dataDir);
  if (await dataSource.getRepository(ClinicEntity).exists()) {
    const stored = await findStoredKey(file);
    return stored === null ? null : { token: stored, isNew: false };
  }
  const token = await dataSource.transaction(async (manager) => {
    const clinicId = await createClinic(manager, 'Demo clinic');
    const key = await issueApiKey(manager, {
      clinicId,
      scopes: [...SCOPES],
      description: 'Created at the first start',
    });
    await writeFile(`${file}.new`, `${key.token}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
    return key.token;
  });
  return { token, isNew: true };
}
