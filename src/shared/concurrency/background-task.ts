/** Work that is repeated in the background. */
export interface BackgroundTask {
  /** Asks a run in progress to end and waits for it; none follows. */
  stop(): Promise<void>;
}

/**
 * Runs the work every so often, never twice concurrently, without keeping the process alive. A run that fails is reported to
 * `onError` and the next one tries again. Long work ends early when its signal is aborted.
 */
export function startBackgroundTask(
  everyMs: number,
  work: (stopping: AbortSignal) => Promise<unknown>,
  onError: (error: unknown) => void,
): BackgroundTask {
  const stopping = new AbortController();
  let running: Promise<unknown> | undefined;
  const run = () => {
    running ??= work(stopping.signal)
      .catch(onError)
      .finally(() => (running = undefined));
  };
  const timer = setInterval(run, everyMs).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
