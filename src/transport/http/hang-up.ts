import type { ServerResponse } from 'node:http';
import { AppError } from '../../shared/app-error.js';
import type { Cancellation } from '../../shared/concurrency/cancellation.js';

const hungUp = (): AppError =>
  new AppError('SERVICE_UNAVAILABLE', 'The caller hung up before this began; nothing was changed.');

/**
 * Cancels the work of a request when its caller hangs up before its answer is complete. No AbortSignal: one takes 2 µs to make and
 * a listener of the response, and nothing listens to it.
 */
export class HangUp implements Cancellation {
  private error: AppError | undefined;

  constructor(private readonly response: ServerResponse) {}

  get reason(): AppError | undefined {
    if (this.response.destroyed && !this.response.writableFinished) this.error ??= hungUp();
    return this.error;
  }

  get aborted(): boolean {
    return this.reason !== undefined;
  }

  throwIfAborted(): void {
    if (this.reason) throw this.reason;
  }
}
