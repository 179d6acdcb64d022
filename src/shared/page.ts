import type { TextTable } from './text-table.js';

/** How many entries a page has when nothing else is asked for, and at most; the same for every list of every API. */
export const PAGE_SIZE = { default: 20, max: 100 } as const;

/** Which page of a list is asked for: the `first` rows after the row that the cursor `after` names. */
export interface PageRequest {
  first: number;
  /** Absent or null: from the beginning. */
  after?: string | null;
}

/** A page of a list that is read by keyset cursors. */
export interface Page<Row> {
  rows: Row[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  cursorOf(row: Row): string;
  /** The cursor of the first row, where that is known without its values. */
  readonly startCursor?: string | undefined;
  /** From where to continue, if that is not the last row or known without its values. */
  readonly endCursor?: string | undefined;
}

/** How the rows of a text become values, and values cursors. */
export interface TextRows<Row> {
  decode: (table: TextTable, row: number) => Row;
  cursorOf: (row: Row) => string;
}

/** A page whose rows are decoded when they are read: an answer can also be written from their text. */
export class TextPage<Row> implements Page<Row> {
  readonly size: number;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly cursorOf: (row: Row) => string;
  private decoded: Row[] | undefined;

  /** @param table one row more than was asked for, or further ones, where another page follows. */
  constructor(
    readonly table: TextTable,
    { first, after }: PageRequest,
    private readonly of: TextRows<Row>,
  ) {
    this.size = Math.min(table.size, first);
    this.hasNextPage = table.size > first;
    this.hasPreviousPage = isAfterCursor(after);
    this.cursorOf = of.cursorOf;
  }

  get rows(): Row[] {
    this.decoded ??= Array.from({ length: this.size }, (_, row) => this.of.decode(this.table, row));
    return this.decoded;
  }

  get startCursor(): string | undefined {
    return this.size === 0 ? undefined : this.cursorAt(0);
  }

  get endCursor(): string | undefined {
    return this.size === 0 ? undefined : this.cursorAt(this.size - 1);
  }

  cursorAt(row: number): string {
    return this.cursorOf(this.of.decode(this.table, row));
  }
}

/** A page as Relay's connections show it. `Fields` are those of an edge besides its cursor and node. */
export interface Connection<Node, Fields = object> {
  readonly edges: ({ cursor: string; node: Node } & Fields)[];
  readonly nodes: Node[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const isAfterCursor = (after: string | null | undefined): boolean => after !== undefined && after !== null;

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
    hasPreviousPage: isAfterCursor(after),
    cursorOf,
  };
}

// Classes, and no object literals with getters: V8 allocates each getter of a literal in its old generation, which would keep
// the page that it reads from being collected as the young object that it is.
class PageEdge<Row, Node> {
  constructor(
    readonly node: Node,
    private readonly row: Row,
    private readonly page: Page<Row>,
  ) {}

  get cursor(): string {
    return this.page.cursorOf(this.row);
  }
}

class PageBounds<Row> {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;

  constructor(private readonly page: Page<Row>) {
    this.hasNextPage = page.hasNextPage;
    this.hasPreviousPage = page.hasPreviousPage;
  }

  get startCursor(): string | null {
    return this.page.startCursor ?? this.cursorOf(this.page.rows[0]);
  }

  get endCursor(): string | null {
    return this.page.endCursor ?? this.cursorOf(this.page.rows.at(-1));
  }

  private cursorOf(row: Row | undefined): string | null {
    return row === undefined ? null : this.page.cursorOf(row);
  }
}

class PageConnection<Row, Node, Fields extends object> implements Connection<Node, Fields> {
  readonly pageInfo: PageBounds<Row>;
  private made: Node[] | undefined;

  constructor(
    private readonly page: Page<Row>,
    private readonly toNode: (row: Row) => Node,
    private readonly toEdgeFields: (row: Row) => Fields,
  ) {
    this.pageInfo = new PageBounds(page);
  }

  get nodes(): Node[] {
    return (this.made ??= this.page.rows.map((row) => this.toNode(row)));
  }

  get edges(): ({ cursor: string; node: Node } & Fields)[] {
    const { nodes, page } = this;
    return page.rows.map((row, index) => Object.assign(new PageEdge(nodes[index]!, row, page), this.toEdgeFields(row)));
  }
}

/**
 * Turns a page into a connection. Nodes, edges and cursors are made when they are read, since most callers select only some of
 * them: add to the connection with Object.assign, because spreading it would lose them.
 */
export const toConnection = <Row, Node, Fields extends object>(
  page: Page<Row>,
  toNode: (row: Row) => Node,
  toEdgeFields: (row: Row) => Fields = () => ({}) as Fields,
): Connection<Node, Fields> => new PageConnection(page, toNode, toEdgeFields);
