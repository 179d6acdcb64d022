/** How many entries a page has when nothing else is asked for, and at most; the same for every list of every API. */
export const PAGE_SIZE = { default: 20, max: 100 } as const;

/** One page of a list that is walked by keyset cursors. */
export interface Page<Row> {
  rows: Row[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  cursorOf(row: Row): string;
}

/** A page as Relay's connections show it. */
export interface Connection<Node> {
  edges: { cursor: string; node: Node }[];
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/**
 * Cuts a page from one row more than was asked for: that row tells that another page follows.
 * A page behind a cursor has one before it: at least the row that the cursor names.
 */
export function pageOf<Row>(
  found: Row[],
  first: number,
  after: string | null | undefined,
  cursorOf: (row: Row) => string,
): Page<Row> {
  return {
    rows: found.slice(0, first),
    hasNextPage: found.length > first,
    hasPreviousPage: after !== undefined && after !== null,
    cursorOf,
  };
}

/** Makes a cursor only when it is asked for: most callers take no more of them than the last. */
export function toConnection<Row, Node>(page: Page<Row>, toNode: (row: Row) => Node): Connection<Node> {
  const { rows, hasNextPage, hasPreviousPage } = page;
  const cursorOf = (row: Row | undefined) => (row === undefined ? null : page.cursorOf(row));
  const nodes = rows.map(toNode);
  return {
    nodes,
    edges: rows.map((row, at) => ({
      node: nodes[at]!,
      get cursor() {
        return page.cursorOf(row);
      },
    })),
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      get startCursor() {
        return cursorOf(rows[0]);
      },
      get endCursor() {
        return cursorOf(rows.at(-1));
      },
    },
  };
}
