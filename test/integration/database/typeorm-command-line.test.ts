import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrations } from '../../../src/database/migrations/index.js';
import { createTestDatabase, onEachEngine, type TestDatabase } from '../../support/engines.js';

const run = promisify(execFile);
const last = migrations.at(-1)!.name;

onEachEngine((engine) => {
  let place: TestDatabase;
  beforeAll(async () => {
    place = await createTestDatabase(engine);
  });
  afterAll(() => place.remove());

  const typeorm = async (...words: string[]) => {
    const environment = { PATH: process.env.PATH, DATABASE_URL: place.databaseUrl ?? '', DATA_DIR: place.dataDir };
    const outcome = await run('node_modules/.bin/typeorm', ['-d', 'dist/ormconfig.js', ...words], {
      env: environment,
    }).catch((error: { stdout: string; stderr: string }) => error);
    return outcome.stdout + outcome.stderr;
  };

  it('takes the last migration back, runs it again, finds nothing to generate, and releases the data each time', async () => {
    expect(await typeorm('migration:revert')).toContain(`Migration ${last} has been reverted successfully`);
    expect(existsSync(join(place.dataDir, 'lock'))).toBe(false);
    expect(await typeorm('migration:run')).toContain(`Migration ${last} has been executed successfully`);
    expect(existsSync(join(place.dataDir, 'lock'))).toBe(false);
    expect(await typeorm('migration:generate', join(place.dataDir, 'nothing'))).toContain('No changes');
  });
});
