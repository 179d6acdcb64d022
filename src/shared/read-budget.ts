import { AppError, serviceUnavailable } from './app-error.js';

/** What one request may hold of rows, summed over all that it reads. */
export const MAX_READ_BYTES = 10_000_000;
/** Requests that hold less than this are neither counted together nor charged for. */
const SMALL_BYTES = 256 * 1024;
/** What all larger requests of this process may hold together. */
const MAX_HELD_BYTES = 64_000_000;

let heldByAll = 0;

/** The refusal of a request whose rows are larger than one answer may be. */
export const answerTooLarge = (limit: number = MAX_READ_BYTES): AppError =>
  new AppError(
    'QUERY_TOO_COMPLEX',
    `The answer would hold more than ${limit / 1_000_000} MB; ask for fewer customers or events per request.`,
    { limit },
  );

/**
 * The memory of one request: how many bytes of rows it has read for its answer. It bounds what no count of objects can bound,
 * since the largest legal metadata is a thousand times an ordinary one.
 */
export class ReadBudget {
  private controller: AbortController | undefined;
  private spent = 0;
  private held = 0;

  /** @param onLarge is called once, when the request becomes large: it must see to it that `release` is called at its end. */
  constructor(private readonly onLarge: () => void = () => undefined) {}

  /** Bytes of rows read so far. */
  get bytes(): number {
    return this.spent;
  }

  /** Aborted once the budget is spent, so that what the request still waits for is not read. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    return this.controller.signal;
  }

  /**
   * Counts rows that an answer will hold.
   * @throws AppError QUERY_TOO_COMPLEX past 10 MB; SERVICE_UNAVAILABLE while other large answers fill the memory.
   */
  spend<Row>(rows: readonly Row[], sizeOf: (row: Row) => number): void {
    for (const row of rows) this.spent += sizeOf(row);
    if (this.spent > MAX_READ_BYTES) this.end(answerTooLarge());
    if (this.spent > SMALL_BYTES) this.hold();
  }

  private hold(): void {
    if (this.held === 0) this.onLarge();
    const more = this.spent - this.held;
    if (heldByAll + more > MAX_HELD_BYTES) this.end(serviceUnavailable());
    heldByAll += more;
    this.held += more;
  }

  private end(error: AppError): never {
    this.controller ??= new AbortController();
    this.controller.abort(error);
    throw error;
  }

  /** Gives back what the request held. */
  release(): void {
    heldByAll -= this.held;
    this.held = 0;
  }
}
