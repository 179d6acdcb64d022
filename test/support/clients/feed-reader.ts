import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;

interface Page {
  nodes: { position: number | null }[];
  pageInfo: { endCursor: string | null };
}

const PAGE = `query ($after: String) {
  expressCustomerEvents(first: 50, after: $after) { nodes { position } pageInfo { endCursor } }
}`;

/** Polls the feed of a clinic at several instances in turn, and keeps the positions in the order in which it saw them. */
export class FeedReader {
  readonly positions: (number | null)[] = [];
  private after: string | null = null;
  private reads = 0;
  private stopping = false;
  private work: Promise<void> | undefined;

  constructor(
    private readonly urls: string[],
    private readonly token: string,
  ) {}

  start(): void {
    this.work = this.poll();
  }

  /** Reads to the end and stops. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.work;
  }

  private async poll(): Promise<void> {
    for (;;) {
      const isLast = this.stopping;
      const count = await this.readPage().catch(() => null);
      if (isLast && count === 0) return;
      if (!count) await sleep(PAUSE_MS);
    }
  }

  /** @returns how many events the page had. */
  private async readPage(): Promise<number> {
    const url = this.urls[(this.reads += 1) % this.urls.length]!;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ query: PAGE, variables: { after: this.after } }),
      signal: AbortSignal.timeout(15_000),
    });
    const { data } = (await response.json()) as { data: { expressCustomerEvents: Page } };
    const { nodes, pageInfo } = data.expressCustomerEvents;
    this.after = pageInfo.endCursor ?? this.after;
    this.positions.push(...nodes.map(({ position }) => position));
    return nodes.length;
  }
}
