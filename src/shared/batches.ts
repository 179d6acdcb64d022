import { channel } from 'node:diagnostics_channel';

/** Where each batch is told as it begins; who counts listens there. */
export const BATCH_CHANNEL = 'avara-express.batch';
const begun = channel(BATCH_CHANNEL);

export interface BatchRun {
  name: string;
  size: number;
}

export interface BatchOptions {
  /** What it is called where batches are counted. */
  name: string;
  /** Items of one batch at most. */
  size: number;
  /** Batches of one key that run at once. */
  atOnce: number;
  /** Tells that one item may have spoilt the batch without any of it having taken effect: then each runs alone. */
  isFaultOfAnItem: (error: unknown) => boolean;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

interface Line<Item, Result> {
  waiting: Waiting<Item, Result>[];
  running: number;
}

/**
 * Collects what is asked for while earlier batches of the same key run, and runs it together. An item joins only a batch
 * that has not begun, so it never sees a state from before it was asked for. Nothing waits while there is nothing to wait
 * for: a lone item begins in the same turn of the event loop.
 */
export class Batches<Item, Result> {
  private readonly lines = new Map<string, Line<Item, Result>>();

  constructor(
    /** Answers in the order of the items. */
    private readonly run: (key: string, items: Item[]) => Promise<Result[]>,
    private readonly options: BatchOptions,
  ) {}

  /** Settles when the batch that the item went with has ended. */
  add(key: string, item: Item): Promise<Result> {
    const line = this.lineOf(key);
    return new Promise((resolve, reject) => {
      line.waiting.push({ item, resolve, reject });
      // What came in with the same packet of requests goes along.
      if (line.waiting.length === 1) setImmediate(() => this.next(key, line));
    });
  }

  private lineOf(key: string): Line<Item, Result> {
    let line = this.lines.get(key);
    if (!line) this.lines.set(key, (line = { waiting: [], running: 0 }));
    return line;
  }

  private next(key: string, line: Line<Item, Result>): void {
    while (line.waiting.length > 0 && line.running < this.options.atOnce) {
      line.running += 1;
      void this.runBatch(key, line.waiting.splice(0, this.options.size)).finally(() => {
        line.running -= 1;
        this.next(key, line);
      });
    }
    if (line.waiting.length === 0 && line.running === 0) this.lines.delete(key);
  }

  private async runBatch(key: string, batch: Waiting<Item, Result>[]): Promise<void> {
    if (begun.hasSubscribers) begun.publish({ name: this.options.name, size: batch.length } satisfies BatchRun);
    try {
      const items = batch.map(({ item }) => item);
      const results = await this.run(key, items);
      batch.forEach(({ resolve }, n) => resolve(results[n]!));
    } catch (error) {
      if (batch.length > 1 && this.options.isFaultOfAnItem(error)) await this.runAlone(key, batch);
      else batch.forEach(({ reject }) => reject(error));
    }
  }

  private async runAlone(key: string, batch: Waiting<Item, Result>[]): Promise<void> {
    for (const one of batch) await this.runBatch(key, [one]);
  }
}
