// Control characters, which neither JSON nor what PostgreSQL writes of numbers, times and UUIDs contains.
export const COLUMN_SEPARATOR = '\x1f';
export const ROW_SEPARATOR = '\x1e';

const COLUMN_CODE = COLUMN_SEPARATOR.charCodeAt(0);

function findRowStarts(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf(ROW_SEPARATOR); end >= 0; end = text.indexOf(ROW_SEPARATOR, end + 1))
    starts.push(end + 1);
  return starts;
}

/**
 * Rows of a list as the database sent them: one text, which costs a fraction of a value for each column. Columns are
 * decoded when they are needed, and as far as they are.
 */
export class TextTable {
  /** The last answer that was written from it: callers that share a table mostly select the same of it. */
  written: { by: unknown; size: number; json: string } | undefined;
  private readonly starts: readonly number[];

  /** @param text rows of one or more columns, each free of the separators; null for no rows. */
  constructor(readonly text: string | null) {
    this.starts = text === null ? [] : findRowStarts(text);
  }

  get size(): number {
    return this.starts.length;
  }

  /** Where a row begins in the text. */
  startOf(row: number): number {
    return this.starts[row]!;
  }

  /** Where a row ends in the text, its separator left out. */
  endOf(row: number): number {
    return row + 1 < this.starts.length ? this.starts[row + 1]! - 1 : this.text!.length;
  }

  columnsOf(row: number): string[] {
    return this.text!.slice(this.startOf(row), this.endOf(row)).split(COLUMN_SEPARATOR);
  }

  /** Writes where each column of a row begins into `starts`, and after them where one more would. */
  locateColumns(row: number, starts: Int32Array): void {
    const text = this.text!;
    const end = this.endOf(row);
    let column = 0;
    starts[column++] = this.startOf(row);
    for (let at = this.startOf(row); at < end; at += 1)
      if (text.charCodeAt(at) === COLUMN_CODE) starts[column++] = at + 1;
    starts[column] = end + 1;
  }
}
