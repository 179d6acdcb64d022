import type { Logger } from 'pino';
import type { ApiKeyActor } from './actor.js';
import type { Database } from '../database/database.js';
import { whileWritable } from '../database/writable.js';
import { startBackgroundTask, type BackgroundTask } from '../shared/concurrency/background-task.js';
import { ApiKeyEntity } from './api-key.entity.js';

const WRITE_INTERVAL_MS = 15_000;
const MIN_INTERVAL_MS = 60_000;
const MAX_RECORDED = 100_000;

type Key = Pick<ApiKeyActor, 'clinicId' | 'apiKeyId'>;

/**
 * Keeps `last_used_at` outside of the requests: a use is only recorded, and a timer writes each key at most once per minute,
 * however many instances the key calls. A failed write is logged; the key's next use tries again.
 */
export class LastUsedRecorder implements BackgroundTask {
  private readonly recorded = new Map<string, Key>();
  private readonly writtenAt = new Map<string, number>();
  private readonly task: BackgroundTask;

  constructor(
    private readonly database: Pick<Database, 'dataSource' | 'isStandby'>,
    private readonly log: Logger,
  ) {
    this.task = startBackgroundTask(WRITE_INTERVAL_MS, this.writeAll, this.logFailure);
  }

  record({ clinicId, apiKeyId }: Key): void {
    const written = this.writtenAt.get(apiKeyId);
    if (written !== undefined && performance.now() - written < MIN_INTERVAL_MS) return;
    if (this.recorded.size < MAX_RECORDED) this.recorded.set(apiKeyId, { clinicId, apiKeyId });
  }

  /** Writes what is recorded; nothing is written after that. */
  async stop(): Promise<void> {
    await this.task.stop();
    await this.writeAll().catch(this.logFailure);
  }

  private readonly logFailure = (error: unknown): void =>
    this.log.warn({ err: error }, 'could not write the last use of some API keys; their next use tries again');

  private readonly writeAll = async (): Promise<void> => {
    this.forgetOld();
    if (this.recorded.size > 0) await whileWritable(this.database, () => this.write())();
  };

  private async write(): Promise<void> {
    const keys = [...this.recorded.values()];
    this.recorded.clear();
    for (const key of keys) {
      await this.writeUse(key);
      this.writtenAt.set(key.apiKeyId, performance.now());
    }
  }

  // One statement per key: none crosses clinics.
  private async writeUse({ clinicId, apiKeyId }: Key): Promise<void> {
    await this.database.dataSource.manager
      .createQueryBuilder()
      .update(ApiKeyEntity)
      .set({ lastUsedAt: () => 'statement_timestamp()' })
      .where('clinic_id = :clinicId AND api_key_id = :apiKeyId', { clinicId, apiKeyId })
      .andWhere(`(last_used_at IS NULL OR last_used_at < statement_timestamp() - interval '1 minute')`)
      .execute();
  }

  private forgetOld(): void {
    const now = performance.now();
    for (const [id, written] of this.writtenAt) if (now - written >= MIN_INTERVAL_MS) this.writtenAt.delete(id);
  }
}
