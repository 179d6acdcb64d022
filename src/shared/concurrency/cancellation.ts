/** Whether work is still wanted: an `AbortSignal`, or what is lighter than one where nothing listens. */
export interface Cancellation {
  readonly aborted: boolean;
  /** Why it is no longer wanted. */
  readonly reason: unknown;
  /** @throws the reason once it is no longer wanted. */
  throwIfAborted(): void;
}
