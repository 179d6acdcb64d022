import { once, type EventEmitter } from 'node:events';
import { join, resolve } from 'node:path';
import type { PoolConfig } from 'pg';
import { ensureDataDir, explainFolderError } from './data-dir.js';
import { DiskGuard, measureFreeSpace, guardedClient, type FreeSpace } from './disk-guard.js';
import { lockDataDir } from './data-dir-lock.js';

/** PostgreSQL as WebAssembly in this process, with its data in a folder. */
export interface EmbeddedEngine {
  /** Settings that make node-postgres' pool speak to it. */
  poolConfig: PoolConfig;
  close(): Promise<void>;
}

/**
 * Opens the embedded engine on a folder, which is locked for this process until `close`.
 *
 * The engine has a single session. A pool of exactly one connection gives it to one caller at a time, so transactions of
 * concurrent requests never mix: the others wait in the pool's queue.
 * @throws DataDirError when the folder cannot be made or written, DataDirInUseError when another process has it open.
 */
export async function openEmbeddedEngine(
  dataDir: string,
  freeSpace: FreeSpace = measureFreeSpace(dataDir),
  report?: (message: string) => void,
): Promise<EmbeddedEngine> {
  await ensureDataDir(dataDir);
  const unlock = await lockDataDir(dataDir).catch((error: unknown) => {
    throw explainFolderError(dataDir, error);
  });
  const guard = new DiskGuard(freeSpace, report);
  try {
    await guard.start();
    const full = guard.findError('CREATE');
    if (full) throw full;
    const pglite = await startPGlite(join(resolve(dataDir), 'pglite'));
    const { createPgConfig } = await import('@electric-sql/pglite/node-postgres');
    const poolConfig = createPgConfig(pglite) as PoolConfig & { connection: EventEmitter & { end(): void } };
    const close = async () => {
      // After a statement that failed, node-postgres still has a message on its way when the pool calls itself closed.
      poolConfig.connection.end();
      await once(poolConfig.connection, 'end');
      guard.stop();
      await pglite.close();
      await unlock();
    };
    const settings = { Client: guardedClient(guard), max: 1, idleTimeoutMillis: 0, pipeline: true };
    return { poolConfig: { ...poolConfig, ...settings }, close };
  } catch (error) {
    guard.stop();
    await unlock();
    throw explainFolderError(dataDir, error);
  }
}

// Loaded on demand: an instance on PostgreSQL does not load the WebAssembly.
async function startPGlite(folder: string) {
  const { PGlite } = await import('@electric-sql/pglite');
  const { pg_trgm } = await import('@electric-sql/pglite/contrib/pg_trgm');
  const { btree_gin } = await import('@electric-sql/pglite/contrib/btree_gin');
  return PGlite.create({ dataDir: folder, extensions: { pg_trgm, btree_gin } });
}
