import type { Logger } from 'pino';
import type { AuthenticationFailure } from './authentication-result.js';

const WINDOW_MS = 1_000;
/** Strangers can make up any number of credentials; beyond so many in a second they share a line per kind. */
const MAX_CREDENTIALS = 100;

interface DeniedCall {
  requestId: string;
  log: Logger;
  outcome: { operation?: string };
}

/** The last of the refusals that were not logged one by one, and how many there were. */
interface Repeated {
  call: DeniedCall;
  failure: AuthenticationFailure;
  count: number;
}

function write(
  { log, requestId, outcome }: DeniedCall,
  failure: AuthenticationFailure,
  more: { count?: number } = {},
): void {
  log.warn({ ...failure, ...more, operation: outcome.operation ?? 'unknown', requestId }, 'denied');
}

/** Refusals of one second. */
class DenialWindow {
  private readonly credentials = new Map<string, Repeated | null>();

  report(call: DeniedCall, failure: AuthenticationFailure, credential: string): void {
    const isNew = !this.credentials.has(credential);
    if (isNew && this.credentials.size < MAX_CREDENTIALS) {
      this.credentials.set(credential, null);
      write(call, failure);
    } else if (isNew) this.repeat(`kind: ${failure.kind}`, call, { kind: failure.kind });
    else this.repeat(credential, call, failure);
  }

  private repeat(key: string, call: DeniedCall, failure: AuthenticationFailure): void {
    const count = (this.credentials.get(key)?.count ?? 0) + 1;
    this.credentials.set(key, { call, failure, count });
  }

  close(): void {
    for (const repeated of this.credentials.values())
      if (repeated) write(repeated.call, repeated.failure, { count: repeated.count });
  }
}

const windows = new WeakMap<Logger, DenialWindow>();

function openWindow(log: Logger): DenialWindow {
  const window = new DenialWindow();
  windows.set(log, window);
  setTimeout(() => {
    windows.delete(log);
    window.close();
  }, WINDOW_MS).unref();
  return window;
}

/**
 * Logs a refused credential or a missing scope, so that operators see attacks and forgotten keys. The first failure of a
 * credential is logged immediately; those that follow within a second share one line with their `count`.
 * @param credential tells credentials apart; it is never logged.
 */
export function logDenial(call: DeniedCall, failure: AuthenticationFailure, credential: string): void {
  (windows.get(call.log) ?? openWindow(call.log)).report(call, failure, credential);
}
