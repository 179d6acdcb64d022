import type { ServerResponse } from 'node:http';
import { AppError } from '../../shared/app-error.js';

const hungUp = (): AppError =>
  new AppError('SERVICE_UNAVAILABLE', 'The caller hung up before this began; nothing was changed.');

/** Aborted when the caller hangs up before its answer is complete. */
export function hangUpSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const abort = () => {
    if (!response.writableFinished) controller.abort(hungUp());
  };
  if (response.destroyed) abort();
  else response.once('close', abort);
  return controller.signal;
}
