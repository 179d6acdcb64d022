import { AppError } from '../app-error.js';
import type { Cancellation } from './cancellation.js';

/** What one request may read, summed over all its rows. */
export const MAX_READ_BYTES = 10_000_000;
/** A request that has read more is large: it holds memory that large answers share. */
const LARGE_BYTES = 256 * 1024;

/** The error of an answer whose rows are larger than one answer may be. */
export const answerTooLarge = (limit: number = MAX_READ_BYTES): AppError =>
  new AppError(
    'QUERY_TOO_COMPLEX',
    `The answer would hold more than ${limit / 1_000_000} MB; request fewer customers or events per call.`,
    { limit },
  );

/** Lighter than an AbortController, whose signal is made for listeners: it takes 3 µs, and several objects that outlive the list. */
class Spending implements Cancellation {
  aborted = false;
  reason: unknown;

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }
}

/**
 * Counts the bytes of the rows that one request reads. It bounds what no count of objects can bound: the largest legal
 * metadata is a thousand times an ordinary one.
 */
export class ReadBudget {
  /** Aborted once the budget is spent, so that what the request still waits for is not read. */
  readonly signal = new Spending();
  private spent = 0;
  private held = 0;

  /** @param hold reserves memory for a large answer; it throws where there is none left. */
  constructor(private readonly hold: (bytes: number) => void = () => undefined) {}

  /** Bytes of rows read so far. */
  get bytes(): number {
    return this.spent;
  }

  /**
   * Counts rows that the answer will hold.
   * @throws AppError QUERY_TOO_COMPLEX past 10 MB, and what `hold` throws.
   */
  spend<Row>(rows: readonly Row[], sizeOf: (row: Row) => number): void {
    this.spendBytes(rows.reduce((bytes, row) => bytes + sizeOf(row), 0));
  }

  /** Counts bytes of rows, as `spend` does. */
  spendBytes(bytes: number): void {
    this.spent += bytes;
    if (this.spent <= LARGE_BYTES) return;
    try {
      if (this.spent > MAX_READ_BYTES) throw answerTooLarge();
      this.hold(this.spent - this.held);
      this.held = this.spent;
    } catch (error) {
      this.signal.abort(error);
      throw error;
    }
  }
}
