import type { DataSource } from 'typeorm';
import { BatchQueue, type BatchOptions } from '../shared/batches.js';
import { isRejected } from './postgres-errors.js';
import { perDataSource } from './prepared-statement.js';

/** What the items of one statement have in common: their clinic, and whatever else its text or values depend on. */
export interface Group {
  clinicId: string;
}

export interface BatchedOptions<G extends Group> extends Pick<BatchOptions, 'name' | 'size' | 'concurrency'> {
  /** Names a group: only items of equal keys share a statement. The clinic is part of every key by itself. */
  keyOf?: (group: G) => string;
}

/**
 * Makes a function that runs its calls in batches: what is asked for while an earlier batch of the same group runs becomes
 * one statement. A call joins only a statement that has not been sent, so its answer is never older than the call. If the
 * server rejects the values of a batch, each item runs alone, so that only the faulty one fails. No batch crosses clinics.
 * Outside of transactions only: a batch runs on a connection of its own.
 *
 * The function's `signal` drops an item whose caller has gone before the batch began; it rejects with the signal's reason.
 * @param run executes one batch and returns the results in the order of the items.
 */
export function batched<Item, Result, G extends Group = Group>(
  { keyOf, ...options }: BatchedOptions<G>,
  run: (dataSource: DataSource, group: G, items: Item[]) => Promise<Result[]>,
): (dataSource: DataSource, group: G, item: Item, signal?: AbortSignal) => Promise<Result> {
  const queueOf = perDataSource(
    (dataSource) =>
      new BatchQueue<G, Item, Result>((group, items) => run(dataSource, group, items), {
        ...options,
        shouldRetryIndividually: isRejected,
      }),
  );
  return (dataSource, group, item, signal) => {
    const { clinicId } = group;
    return queueOf(dataSource).add(keyOf ? `${clinicId} ${keyOf(group)}` : clinicId, group, item, signal);
  };
}

/** The row of each key, in the order of the keys; null where there is none. */
export function matchRows<Key, Row>(keys: Key[], rows: Row[], keyOf: (row: Row) => Key): (Row | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}
