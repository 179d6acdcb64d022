import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';

const TRIES = 5;
const LONGEST_PAUSE_MS = 50;

// serialization_failure and deadlock_detected: the transaction did nothing wrong and may be run again as it is.
const isTransient = (error: unknown): boolean => {
  const { code } = (error as { driverError?: { code?: string } } | null)?.driverError ?? {};
  return code === '40001' || code === '40P01';
};

/**
 * Runs the work in one transaction: all of it is committed when this returns, none of it when it throws. What the database
 * gave up for another transaction's sake is run again after a short random pause, so the work must have no effect outside
 * the transaction.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await dataSource.transaction(work);
    } catch (error) {
      if (tried === TRIES || !isTransient(error)) throw error;
      await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
  }
}
