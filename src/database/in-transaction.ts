import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { isTransient } from './connection/postgres-errors.js';
import { tenantSlots } from './tenant-slots.js';
import type { Cancellation } from '../shared/concurrency/cancellation.js';

const MAX_TRIES = 5;
const MAX_PAUSE_MS = 50;

/**
 * Runs work that is one transaction of its own. If the database rolled it back for the sake of another transaction
 * (serialization failure, deadlock), it is run again after a short random pause, up to five times in all; so it must have no
 * effect outside of the transaction.
 */
export async function retryTransient<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === MAX_TRIES || !isTransient(error)) throw error;
      await sleep(Math.random() * MAX_PAUSE_MS);
    }
  }
}

export interface TransactionScope {
  /** Whose connections it may use. */
  clinicId: string;
  /** If it is aborted before the transaction began, nothing is done and the promise rejects with the signal's reason. */
  signal?: Cancellation | undefined;
}

/**
 * Runs the work in one transaction of a clinic: all of it is committed when this returns, none of it when it throws. It is
 * retried as `retryTransient` says, and waits for one of the connections that its clinic may occupy; the work itself must
 * send all its statements through the manager that it is given.
 * @throws AppError SERVICE_UNAVAILABLE when no connection became free for the clinic in time.
 */
export const inTransaction = <T>(
  dataSource: DataSource,
  { clinicId, signal }: TransactionScope,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> =>
  retryTransient(() => tenantSlots(dataSource).run(clinicId, 'long', () => dataSource.transaction(work), signal));
