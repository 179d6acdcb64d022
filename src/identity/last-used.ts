import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { ApiKeyActor } from './actor.js';
import { startBackgroundTask, type BackgroundTask } from '../shared/background-task.js';
import { ApiKeyEntity } from './api-key.entity.js';

const WRITE_EVERY_MS = 15_000;
const ONCE_IN_MS = 60_000;
const REMEMBERED_AT_MOST = 100_000;

type Key = Pick<ApiKeyActor, 'clinicId' | 'apiKeyId'>;

/**
 * Keeps `last_used_at`, away from the requests: a use is only noted, and a timer writes each key at most once a minute,
 * however many instances it calls. A failed write is logged; the next use tries again.
 */
export class KeyUses implements BackgroundTask {
  private readonly noted = new Map<string, Key>();
  private readonly writtenAt = new Map<string, number>();
  private readonly task: BackgroundTask;

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: Logger,
  ) {
    this.task = startBackgroundTask(WRITE_EVERY_MS, () => this.write(), this.logFailure);
  }

  note({ clinicId, apiKeyId }: Key): void {
    const written = this.writtenAt.get(apiKeyId);
    if (written !== undefined && performance.now() - written < ONCE_IN_MS) return;
    if (this.noted.size < REMEMBERED_AT_MOST) this.noted.set(apiKeyId, { clinicId, apiKeyId });
  }

  /** Writes what is noted, and no more after that. */
  async stop(): Promise<void> {
    await this.task.stop();
    await this.write().catch(this.logFailure);
  }

  private readonly logFailure = (error: unknown): void =>
    this.log.warn({ err: error }, 'the last use of some API keys is not written; their next use tries again');

  private async write(): Promise<void> {
    const keys = [...this.noted.values()];
    this.noted.clear();
    this.forgetOld();
    for (const key of keys) {
      await this.writeUse(key);
      this.writtenAt.set(key.apiKeyId, performance.now());
    }
  }

  // One statement a key: none crosses clinics.
  private async writeUse({ clinicId, apiKeyId }: Key): Promise<void> {
    await this.dataSource.manager
      .createQueryBuilder()
      .update(ApiKeyEntity)
      .set({ lastUsedAt: () => 'clock_timestamp()' })
      .where('clinic_id = :clinicId AND api_key_id = :apiKeyId', { clinicId, apiKeyId })
      .andWhere(`(last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')`)
      .execute();
  }

  private forgetOld(): void {
    const now = performance.now();
    for (const [id, written] of this.writtenAt) if (now - written >= ONCE_IN_MS) this.writtenAt.delete(id);
  }
}
