/** Work that is repeated beside the requests. */
export interface BackgroundTask {
  /** Waits for a run under way; none follows. */
  stop(): Promise<void>;
}

/**
 * Runs the work every so often, never twice at once, without keeping the process alive. A run that fails is told to
 * `onError` and the next one tries again.
 */
export function startBackgroundTask(
  everyMs: number,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): BackgroundTask {
  let running: Promise<unknown> | undefined;
  const run = () => {
    running ??= work()
      .catch(onError)
      .finally(() => (running = undefined));
  };
  const timer = setInterval(run, everyMs).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
