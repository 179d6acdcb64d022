import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { isTransient } from './postgres-errors.js';

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

/** Runs the work in one transaction: all of it is committed when this returns, none of it when it throws. Retries as above. */
export const inTransaction = <T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> =>
  retryTransient(() => dataSource.transaction(work));
