import type { DataSource } from 'typeorm';
import type { Cancellation } from '../shared/concurrency/cancellation.js';
import { BatchQueue } from '../shared/concurrency/batches.js';
import type { Lane } from '../shared/concurrency/fair-slots.js';
import { isRejected } from './connection/postgres-errors.js';
import { isTooLarge } from './connection/result-size.js';
import { perDataSource } from './prepared-statement.js';
import { tenantSlots } from './tenant-slots.js';

/** What the items of one statement have in common: their clinic, and whatever else its text or values depend on. */
export interface Group {
  clinicId: string;
}

export interface BatchedOptions<G extends Group, Item> {
  /** The name under which batches are counted. */
  name: string;
  /** At most this many items per statement; or how many of those that wait the next one takes. */
  size: number | ((waiting: Item[]) => number);
  /** At most this many statements per group run simultaneously. */
  concurrency: number;
  /** Which of the clinic's connections it uses; short unless the statement's cost grows with the data. */
  lane?: Lane;
  /** Names a group: only items of equal keys share a statement. The clinic is part of every key by itself. */
  keyOf?: (group: G) => string;
}

type Batched<Item, Result, G> = (
  dataSource: DataSource,
  group: G,
  item: Item,
  /** Drops the item if its caller has gone before the batch began; the promise rejects with the signal's reason. */
  signal?: Cancellation,
) => Promise<Result>;

/**
 * Makes a function that runs its calls in batches: what is asked for while an earlier batch of the same group runs, or waits
 * for a connection, becomes one statement. A call joins only a statement that has not been sent, so its answer is never
 * older than the call. If the server rejects the values of a batch, or its result is too large, each item runs
 * alone, so that only the faulty one fails. No batch crosses clinics. Outside of transactions only: a batch runs on a connection
 * of its own.
 * @param run executes one batch and returns the results in the order of the items.
 */
export function batched<Item, Result, G extends Group = Group>(
  { name, size, concurrency, lane = 'short', keyOf }: BatchedOptions<G, Item>,
  run: (dataSource: DataSource, group: G, items: Item[]) => Promise<Result[]>,
): Batched<Item, Result, G> {
  const getQueue = perDataSource(
    (dataSource) =>
      new BatchQueue<G, Item, Result>((group, items) => run(dataSource, group, items), {
        name,
        size: typeof size === 'number' ? () => size : size,
        concurrency,
        shouldRetryIndividually: (error) => isRejected(error) || isTooLarge(error),
        schedule: ({ clinicId }, begin) => tenantSlots(dataSource).run(clinicId, lane, begin),
      }),
  );
  return (dataSource, group, item, signal) => {
    const { clinicId } = group;
    return getQueue(dataSource).add(keyOf ? `${clinicId} ${keyOf(group)}` : clinicId, group, item, signal);
  };
}

/** The row of each key, in the order of the keys; null where there is none. */
export function matchRows<Key, Row>(keys: Key[], rows: Row[], keyOf: (row: Row) => Key): (Row | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}
