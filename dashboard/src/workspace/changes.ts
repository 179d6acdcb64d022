/** What the feed says of one change. */
export interface Change {
  type: string;
  expressCustomerId: string;
  version: number;
}

type Listener = (changes: readonly Change[]) => void;

/** Passes what the feed brings to the views that are shown. */
export class Changes {
  private readonly listeners = new Set<Listener>();

  /** Calls back with new changes, until the function that it returns is called. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  report(changes: readonly Change[]): void {
    if (changes.length > 0) for (const listener of this.listeners) listener(changes);
  }
}
