import { Client } from 'pg';
import { AppError } from '../../shared/app-error.js';
import { answerTooLarge } from '../../shared/concurrency/read-budget.js';

/** What one statement may return. A page of 100 of the largest customers has 22 MB. */
const MAX_RESULT_BYTES = 32_000_000;

interface ActiveQuery {
  resultBytes?: number;
  /** node-postgres drops the rows that follow and fails the query with it. */
  _canceledDueToError: unknown;
  _result?: { rows: unknown[] };
}

interface Internals {
  _getActiveQuery(): ActiveQuery | null;
  _handleDataRow(message: { length: number }): void;
}

const internals = Client.prototype as unknown as Internals;

/** Whether a statement returned more than it may. */
export const isTooLarge = (error: unknown): boolean => error instanceof AppError && error.code === 'QUERY_TOO_COMPLEX';

/**
 * A connection that holds no result of more than 32 MB: how large rows are is known when they arrive, not when they are asked
 * for. Such a statement fails with QUERY_TOO_COMPLEX.
 */
export class ResultLimitingClient extends Client {
  /** node-postgres calls it for each row. */
  protected _handleDataRow(message: { length: number }): void {
    const query = (this as unknown as Internals)._getActiveQuery();
    if (query) this.count(query, message.length);
    internals._handleDataRow.call(this, message);
  }

  private count(query: ActiveQuery, bytes: number): void {
    query.resultBytes = (query.resultBytes ?? 0) + bytes;
    if (query.resultBytes <= MAX_RESULT_BYTES || query._canceledDueToError) return;
    query._canceledDueToError = answerTooLarge(MAX_RESULT_BYTES);
    if (query._result) query._result.rows = [];
    this.stopReceiving();
  }

  /** Ends what the server still sends; a single session goes on and throws it away. */
  protected stopReceiving(): void {}
}
