/**
 * Shares an amount among holders. Each may hold at most as much as is left free: one alone takes up to half, two take up to a
 * third each, and the next holder still finds room (dynamic thresholds, Choudhury and Hahne 1998).
 */
export class FairShare {
  private readonly heldBy = new Map<string, number>();
  /** What is held by all. */
  used = 0;

  constructor(readonly total: number) {}

  held(holder: string): number {
    return this.heldBy.get(holder) ?? 0;
  }

  hasRoom(holder: string, amount = 1): boolean {
    return this.held(holder) + amount <= this.total - this.used;
  }

  /** Takes an amount, also where there is no room. @returns what gives it back; calling that again changes nothing. */
  take(holder: string, amount = 1): () => void {
    this.add(holder, amount);
    let isHeld = true;
    return () => {
      if (isHeld) this.add(holder, -amount);
      isHeld = false;
    };
  }

  private add(holder: string, amount: number): void {
    const held = this.held(holder) + amount;
    if (held === 0) this.heldBy.delete(holder);
    else this.heldBy.set(holder, held);
    this.used += amount;
  }
}
