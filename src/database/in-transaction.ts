import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';

const TRIES = 5;
const LONGEST_PAUSE_MS = 50;

type CodedError = { code?: string; driverError?: { code?: string } } | null;

// serialization_failure and deadlock_detected: the transaction did nothing wrong and may be run again as it is.
function isTransient(error: unknown): boolean {
  const coded = error as CodedError;
  const code = coded?.driverError?.code ?? coded?.code;
  return code === '40001' || code === '40P01';
}

/**
 * Runs work that is one transaction of its own. What the database gave up for another transaction's sake is run again
 * after a short random pause, so the work must have no effect outside the transaction.
 */
export async function againIfGivenUp<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (tried === TRIES || !isTransient(error)) throw error;
      await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
  }
}

/** Runs the work in one transaction: all of it is committed when this returns, none of it when it throws. */
export const inTransaction = <T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> =>
  againIfGivenUp(() => dataSource.transaction(work));
