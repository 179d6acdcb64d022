import { JsonBytes, LONGEST_WRITTEN, NotWritableError, toConstant } from '../../shared/json-bytes.js';
import type { TextPage } from '../../shared/page.js';
import type { SelectedField } from '../../shared/written-list.js';
import { TEXT_COLUMN, type ListedCustomer } from '../model/listed-customer.js';
import type { ExpressCustomer } from './express-customer.type.js';

/** The row of a page that is being written. */
interface Row {
  page: TextPage<ListedCustomer>;
  at: number;
  /** The text of the page, and where in it the row's columns begin. */
  text: string;
  starts: Int32Array;
}

type Write = (out: JsonBytes, row: Row) => void;
type WriteColumn = (out: JsonBytes, text: string, start: number, end: number) => void;

const column =
  (name: keyof ListedCustomer, write: WriteColumn): Write =>
  (out, { text, starts }) =>
    write(out, text, starts[TEXT_COLUMN[name]]!, starts[TEXT_COLUMN[name] + 1]! - 1);

const asOptional =
  (write: WriteColumn): WriteColumn =>
  (out, text, start, end) =>
    start === end ? out.null() : write(out, text, start, end);

const asJson: WriteColumn = (out, text, start, end) => out.json(text, start, end);
const asText: WriteColumn = (out, text, start, end) => out.quoted(text, start, end);
const asInstant: WriteColumn = (out, text, start, end) => out.instant(text, start, end);
const asMetadata: WriteColumn = (out, text, start, end) => out.compactObject(text, start, end);

const [TRUE, FALSE] = [toConstant('true'), toConstant('false')];
const asBoolean: WriteColumn = (out, text, start) => out.constant(text[start] === 't' ? TRUE : FALSE);

/** What `toExpressCustomer` and the scalars make of a row, as JSON. */
const CUSTOMER: Record<keyof ExpressCustomer, Write> = {
  id: column('expressCustomerId', asText),
  expressCustomerId: column('expressCustomerId', asText),
  expressCustomerName: column('expressCustomerName', asJson),
  externalReferenceId: column('externalReferenceId', asOptional(asJson)),
  isActive: column('isActive', asBoolean),
  userCount: column('userCount', asJson),
  metadata: column('metadata', asMetadata),
  version: column('version', asJson),
  createdAt: column('createdAt', asInstant),
  updatedAt: column('updatedAt', asInstant),
  createdByApiKeyId: column('createdByApiKeyId', asOptional(asText)),
  createdByUserId: column('createdByUserId', asOptional(asJson)),
};

/** What an edge has besides its node. */
const EDGE: Record<string, Write> = {
  cursor: (out, { page, at }) => {
    const cursor = page.cursorAt(at);
    out.quoted(cursor, 0, cursor.length);
  },
};

/** Constant bytes, and what follows them. */
interface Step {
  constant: Uint8Array;
  write: Write | undefined;
}

/** Collects steps, and joins constants that follow one another. */
class Steps {
  readonly steps: Step[] = [];
  private text = '';

  add(text: string, write?: Write): void {
    this.text += text;
    if (!write) return;
    this.steps.push({ constant: toConstant(this.text), write });
    this.text = '';
  }

  addObject(fields: readonly SelectedField[], writers: Record<string, Write>): void {
    this.add('{');
    fields.forEach(({ key, name, typeName, fields: inner }, index) => {
      this.add(`${index === 0 ? '' : ','}${JSON.stringify(key)}:`);
      if (typeName !== undefined) this.add(JSON.stringify(typeName));
      else if (inner && name === 'node') this.addObject(inner, CUSTOMER);
      else if (writers[name]) this.add('', writers[name]);
      else throw new NotWritableError();
    });
    this.add('}');
  }

  end(): readonly Step[] {
    return [...this.steps, { constant: toConstant(this.text), write: undefined }];
  }
}

const planned = new WeakMap<readonly SelectedField[], readonly Step[]>();

function planSteps(list: string, fields: readonly SelectedField[]): readonly Step[] {
  let steps = planned.get(fields);
  if (!steps) {
    const building = new Steps();
    building.addObject(fields, list === 'nodes' ? CUSTOMER : EDGE);
    planned.set(fields, (steps = building.end()));
  }
  return steps;
}

const out = new JsonBytes();
const starts = new Int32Array(Object.keys(TEXT_COLUMN).length + 2);
const [OPEN, COMMA, CLOSE] = [toConstant('['), toConstant(','), toConstant(']')];

function writeRows(page: TextPage<ListedCustomer>, steps: readonly Step[]): string | undefined {
  const row: Row = { page, at: 0, text: page.table.text ?? '', starts };
  out.begin();
  out.constant(OPEN);
  for (; row.at < page.size; row.at += 1) {
    if (row.at > 0) out.constant(COMMA);
    page.table.locateColumns(row.at, starts);
    for (const { constant, write } of steps) {
      out.constant(constant);
      write?.(out, row);
    }
  }
  out.constant(CLOSE);
  return out.take();
}

/**
 * Writes the nodes or edges of a page as JSON from the text in which the database sent them.
 * @returns undefined for a page that has to be answered from its values: a very long one, or instants beyond the year 9999.
 */
export function writeCustomers(
  page: TextPage<ListedCustomer>,
  list: string,
  fields: readonly SelectedField[],
): string | undefined {
  const { table, size } = page;
  if (table.written?.by === fields && table.written.size === size) return table.written.json;
  if (size > 0 && table.endOf(size - 1) > LONGEST_WRITTEN) return undefined;
  try {
    const json = writeRows(page, planSteps(list, fields));
    // Not edges: lists that share rows may have cursors of their own.
    if (json !== undefined && list === 'nodes') table.written = { by: fields, size, json };
    return json;
  } catch (error) {
    if (error instanceof NotWritableError) return undefined;
    throw error;
  }
}
