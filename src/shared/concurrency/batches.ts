import { channel } from 'node:diagnostics_channel';
import type { Cancellation } from './cancellation.js';

/** Publishes every batch as it begins; metrics and traces subscribe. */
export const BATCH_CHANNEL = 'avara-express.batch';
const begun = channel(BATCH_CHANNEL);

export interface BatchRun {
  name: string;
  size: number;
}

export interface BatchOptions<Group, Item> {
  /** The name under which batches are counted. */
  name: string;
  /** How many of the waiting items, of which there is at least one, the next batch takes: at least one. */
  size: (waiting: Item[]) => number;
  /** At most this many batches per key run simultaneously. */
  concurrency: number;
  /** Whether an error means that nothing of the batch took effect and one item may be the cause: then each runs alone. */
  shouldRetryIndividually: (error: unknown) => boolean;
  /** Begins a batch as soon as it may; a rejection is that of its items. By default it begins immediately. */
  schedule?: (group: Group, begin: () => Promise<void>) => Promise<void>;
}

interface Waiting<Item, Result> {
  item: Item;
  signal: Cancellation | undefined;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

interface Queue<Group, Item, Result> {
  key: string;
  group: Group;
  waiting: Waiting<Item, Result>[];
  running: number;
  /** Whether a batch is scheduled that has not begun. */
  isScheduled: boolean;
}

/**
 * Collects the items of a key while earlier batches of that key run, and runs them together. An item joins only a batch
 * that has not begun, so it never sees a state older than its call. Without a batch in progress an item does not wait:
 * it begins in the same turn of the event loop.
 */
export class BatchQueue<Group, Item, Result> {
  private readonly queues = new Map<string, Queue<Group, Item, Result>>();

  constructor(
    /** Returns the results in the order of the items. */
    private readonly run: (group: Group, items: Item[]) => Promise<Result[]>,
    private readonly options: BatchOptions<Group, Item>,
  ) {}

  /**
   * Settles when the batch of the item has ended.
   * @param key names the queue; `group` is what `run` gets to know of it, equal for equal keys.
   * @param signal drops the item if it is aborted before its batch begins; the promise rejects with the signal's reason.
   */
  add(key: string, group: Group, item: Item, signal?: Cancellation): Promise<Result> {
    const queue = this.getQueue(key, group);
    return new Promise((resolve, reject) => {
      queue.waiting.push({ item, signal, resolve, reject });
      // Items of requests that arrived in the same packet join.
      if (queue.waiting.length === 1) setImmediate(() => this.startBatches(queue));
    });
  }

  private getQueue(key: string, group: Group): Queue<Group, Item, Result> {
    let queue = this.queues.get(key);
    if (!queue) this.queues.set(key, (queue = { key, group, waiting: [], running: 0, isScheduled: false }));
    return queue;
  }

  private startBatches(queue: Queue<Group, Item, Result>): void {
    while (queue.waiting.length > 0 && queue.running < this.options.concurrency && !queue.isScheduled) {
      queue.running += 1;
      queue.isScheduled = true;
      void this.runNext(queue).finally(() => {
        queue.running -= 1;
        this.startBatches(queue);
      });
    }
    if (queue.waiting.length === 0 && queue.running === 0) this.queues.delete(queue.key);
  }

  private async runNext(queue: Queue<Group, Item, Result>): Promise<void> {
    const { schedule = (_group, begin) => begin() } = this.options;
    const begin = async () => {
      const batch = this.takeBatch(queue);
      // What did not fit may begin alongside.
      this.startBatches(queue);
      if (batch.length > 0) await this.runBatch(queue.group, batch);
    };
    try {
      await schedule(queue.group, begin);
    } catch (error) {
      this.takeBatch(queue).forEach(({ reject }) => reject(error));
    }
  }

  private takeBatch(queue: Queue<Group, Item, Result>): Waiting<Item, Result>[] {
    queue.isScheduled = false;
    queue.waiting = queue.waiting.filter(({ signal, reject }) => {
      if (signal?.aborted) reject(signal.reason);
      return !signal?.aborted;
    });
    const { waiting } = queue;
    return waiting.length === 0 ? [] : waiting.splice(0, this.options.size(waiting.map(({ item }) => item)));
  }

  private async runBatch(group: Group, batch: Waiting<Item, Result>[]): Promise<void> {
    if (begun.hasSubscribers) begun.publish({ name: this.options.name, size: batch.length } satisfies BatchRun);
    try {
      const items = batch.map(({ item }) => item);
      const results = await this.run(group, items);
      batch.forEach(({ resolve }, n) => resolve(results[n]!));
    } catch (error) {
      if (batch.length > 1 && this.options.shouldRetryIndividually(error)) await this.runIndividually(group, batch);
      else batch.forEach(({ reject }) => reject(error));
    }
  }

  private async runIndividually(group: Group, batch: Waiting<Item, Result>[]): Promise<void> {
    for (const one of batch) {
      if (one.signal?.aborted) one.reject(one.signal.reason);
      else await this.runBatch(group, [one]);
    }
  }
}
