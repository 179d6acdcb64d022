/** What a credential has spent in the current window. */
export interface Spent {
  points: number;
  msLeft: number;
}

interface Window {
  points: number;
  endsAt: number;
}

/**
 * Counts points per credential in windows that begin with the first point, in this process. Without a promise or a timer per
 * call: nearly every request is counted twice, and a library that has both cost more than the look-up of its key.
 */
export class PointCounter {
  // In the order in which they end, since all are equally long.
  private readonly windows = new Map<string, Window>();

  constructor(private readonly windowMs: number) {}

  /** Counts points. @returns what was spent in the window, these included. */
  add(credentialId: string, points: number): Spent {
    const now = performance.now();
    let window = this.windows.get(credentialId);
    if (!window || window.endsAt <= now) {
      this.forgetEnded(now);
      window = { points: 0, endsAt: now + this.windowMs };
      this.windows.set(credentialId, window);
    }
    window.points += points;
    return { points: window.points, msLeft: window.endsAt - now };
  }

  /** How many credentials are remembered. */
  get size(): number {
    return this.windows.size;
  }

  private forgetEnded(now: number): void {
    for (const [credentialId, { endsAt }] of this.windows) {
      if (endsAt > now) return;
      this.windows.delete(credentialId);
    }
  }
}
