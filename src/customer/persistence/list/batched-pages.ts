import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Cancellation } from '../../../shared/concurrency/cancellation.js';
import { batched, type Group } from '../../../database/batched.js';
import { runPrepared } from '../../../database/prepared-statement.js';
import { TextTable } from '../../../shared/text-table.js';
import { selectAsText } from './customer-text.js';
import { afterCursor, ListStatement, type ListRequest } from './statement.js';
import { orderBy, type Order } from './order.js';

// Rounded up and written out, so that there are few prepared statements: a bound limit would hide from a generic plan how
// few rows are wanted.
const LIMITS = [21, 51, 101];

/** Rows per statement: a page may be megabytes, and every page that is read with it as many again. */
const MAX_ROWS = 420;

interface Seek extends ListRequest {
  limit: number;
  /** Equal for equal cursors. */
  cursor: string;
}

// As few as there are shapes of such lists: filter by activity, order, page size, cursor or none.
const names = new Map<string, string>();

function getName(sql: string): string {
  let name = names.get(sql);
  if (name === undefined) names.set(sql, (name = `list-${createHash('sha1').update(sql).digest('base64')}`));
  return name;
}

interface PageRow {
  page: string | null;
}

const run = <Row extends PageRow>(dataSource: DataSource, text: string, values: unknown[]): Promise<Row[]> =>
  runPrepared<Row>(dataSource, { name: getName(text), text, values });

// Of the few orders, since each call needs it.
const clauses = new Map<Order, string>();

function inOrder({ order }: Seek): string {
  let clause = clauses.get(order);
  if (clause === undefined) clauses.set(order, (clause = orderBy(order.keys, order)));
  return clause;
}

/** SQL of the first rows that meet the conditions, as one text. */
const selectPage = (seek: Seek, where: string): string => `
  SELECT ${selectAsText(seek.order)} AS page
  FROM (SELECT * FROM express_customers AS customer ${where} ${inOrder(seek)} LIMIT ${seek.limit}) AS customer`;

async function findFirstPage(dataSource: DataSource, seek: Seek): Promise<TextTable> {
  const { where, values } = new ListStatement(seek);
  const [row] = await run<PageRow>(dataSource, selectPage(seek, where), values);
  return new TextTable(row!.page);
}

// By hand, because TypeORM has no way to join laterally: each page is a seek of its own in the index of the order.
async function findPagesAfter(dataSource: DataSource, seek: Seek, after: string[][]): Promise<TextTable[]> {
  const { order } = seek;
  const statement = new ListStatement({ ...seek, after: null });
  const keys = order.keys.map((_, at) => `key_${at}`);
  const given = order.keys.map((_, at) => `${statement.bind(after.map((of) => of[at]))}::${order.types[at]}[]`);
  const text = `
    SELECT wanted.place::integer AS place, found.page
    FROM unnest(${given.join(', ')}) WITH ORDINALITY AS wanted (${keys.join(', ')}, place)
    CROSS JOIN LATERAL (${selectPage(seek, `${statement.where} AND ${afterCursor(order, keys)}`)}) AS found`;
  const rows = await run<PageRow & { place: number }>(dataSource, text, statement.values);
  const pages: TextTable[] = [];
  for (const { place, page } of rows) pages[place - 1] = new TextTable(page);
  return pages;
}

/** The pages of lists that differ only in where they begin; a page that several calls ask for is read once. */
async function findPages(dataSource: DataSource, seeks: Seek[]): Promise<TextTable[]> {
  const [seek] = seeks as [Seek];
  if (seek.after === null) {
    const page = await findFirstPage(dataSource, seek);
    return seeks.map(() => page);
  }
  const distinct = new Map(seeks.map(({ cursor, after }) => [cursor, after!]));
  const pages = await findPagesAfter(dataSource, seek, [...distinct.values()]);
  const places = new Map([...distinct.keys()].map((key, at) => [key, at]));
  return seeks.map(({ cursor }) => pages[places.get(cursor)!]!);
}

interface Kind extends Group {
  /** Distinguishes the statements of one clinic. */
  shape: string;
}

/** How many fit in one statement, in which equal ones are read once. */
function countFitting(seeks: Seek[]): number {
  const most = Math.floor(MAX_ROWS / seeks[0]!.limit);
  const distinct = new Set<string>();
  const end = seeks.findIndex(({ cursor }) => distinct.add(cursor).size > most);
  return end === -1 ? seeks.length : end;
}

const findPage = batched<Seek, TextTable, Kind>(
  { name: 'pages', size: countFitting, concurrency: 3, keyOf: ({ shape }) => shape },
  (dataSource, _kind, seeks) => findPages(dataSource, seeks),
);

/**
 * The first `limit` rows or more of a list whose conditions an index answers in list order, read together with the lists of the same kind
 * that its clinic asks for at the moment. Never older than the call: it joins only a statement that has not been sent.
 */
export async function findPageBatched(
  dataSource: DataSource,
  request: ListRequest,
  limit: number,
  signal?: Cancellation,
): Promise<TextTable> {
  const cursor = JSON.stringify(request.after);
  const seek = { ...request, limit: LIMITS.find((most) => limit <= most) ?? limit, cursor };
  const { clinicId, after } = request;
  const { isActive, updatedAfter = '', externalReferenceId = '' } = request.criteria;
  const shape = [inOrder(seek), isActive, seek.limit, after === null, updatedAfter, externalReferenceId].join(' ');
  return findPage(dataSource, { clinicId, shape }, seek, signal);
}
