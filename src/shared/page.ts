/** How many entries a page has when nothing else is asked for, and at most; the same for every list of every API. */
export const PAGE_SIZE = { default: 20, max: 100 } as const;

/** Which page of a list is asked for: the `first` rows after the row that the cursor `after` names. */
export interface PageRequest {
  first: number;
  /** Absent or null: from the beginning. */
  after?: string | null;
}

/** One page of a list that is read by keyset cursors. */
export interface Page<Row> {
  rows: Row[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  cursorOf(row: Row): string;
  /** Where to go on from, if that is not the last row. */
  endCursor?: string;
}

/** A page as Relay's connections show it. `Fields` are those of an edge besides its cursor and node. */
export interface Connection<Node, Fields = object> {
  readonly edges: ({ cursor: string; node: Node } & Fields)[];
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/**
 * Cuts a page from one row more than was asked for: that row shows that another page follows.
 * A page after a cursor has one before it: at least the row that the cursor names.
 */
export function cutPage<Row>(
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

/**
 * Turns a page into a connection. Edges and cursors are made when they are read, since most callers select neither: add to
 * the connection with Object.assign, because spreading it would read them all.
 */
export function toConnection<Row, Node, Fields extends object>(
  page: Page<Row>,
  toNode: (row: Row) => Node,
  toEdgeFields: (row: Row) => Fields = () => ({}) as Fields,
): Connection<Node, Fields> {
  const { rows, hasNextPage, hasPreviousPage } = page;
  const cursorOf = (row: Row | undefined) => (row === undefined ? null : page.cursorOf(row));
  const nodes = rows.map(toNode);
  const toEdge = (row: Row, index: number) => ({
    node: nodes[index]!,
    get cursor() {
      return page.cursorOf(row);
    },
  });
  return {
    nodes,
    get edges() {
      return rows.map((row, index) => Object.assign(toEdge(row, index), toEdgeFields(row)));
    },
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      get startCursor() {
        return cursorOf(rows[0]);
      },
      get endCursor() {
        return page.endCursor ?? cursorOf(rows.at(-1));
      },
    },
  };
}
