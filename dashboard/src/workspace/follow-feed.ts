import type { Change } from './changes.js';

/** A page of the feed. */
export interface FeedPage {
  changes: Change[];
  endCursor: string;
  hasMore: boolean;
}

export interface FeedSource {
  /** Where the feed ends now. */
  findEnd(): Promise<string>;
  read(after: string): Promise<FeedPage>;
}

/** As many pages as one look reads: whoever was away for longer is better served by a new start. */
const MAX_PAGES = 5;

/**
 * Reads what is new in the feed since the last look. A look that fails changes nothing, and the next one brings the same changes;
 * where there is more than a person could follow, or the position no longer exists, it goes on from the end.
 */
export class FeedReader {
  private position: string | null = null;

  constructor(private readonly source: FeedSource) {}

  async look(): Promise<Change[]> {
    if (this.position === null) {
      this.position = await this.source.findEnd();
      return [];
    }
    const changes: Change[] = [];
    for (let count = 0; count < MAX_PAGES; count++) {
      const page = await this.source.read(this.position);
      this.position = page.endCursor;
      changes.push(...page.changes);
      if (!page.hasMore) return changes;
    }
    this.position = null;
    return changes;
  }

  /** Goes on from the end of the feed at the next look. */
  restart(): void {
    this.position = null;
  }
}
