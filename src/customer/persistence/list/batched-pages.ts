import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { batched, type Group } from '../../../database/batched.js';
import { runPrepared } from '../../../database/prepared-statement.js';
import { selectColumns } from '../../../database/select-columns.js';
import { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import { afterCursor, ListStatement, type ListRequest } from './statement.js';
import { orderBy } from './order.js';

type Found = ExpressCustomerEntity[];

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

const run = <Row extends object>(dataSource: DataSource, text: string, values: unknown[]): Promise<Row[]> =>
  runPrepared<Row>(dataSource, { name: getName(text), text, values });

const inOrder = ({ order }: Seek): string => orderBy(order.keys, order);

function findFirstPage(dataSource: DataSource, seek: Seek): Promise<Found> {
  const { where, values } = new ListStatement(seek);
  const text = `
    SELECT ${selectColumns(dataSource, 'customer', ExpressCustomerEntity)} FROM express_customers AS customer ${where}
    ${inOrder(seek)} LIMIT ${seek.limit}`;
  return run<ExpressCustomerEntity>(dataSource, text, values);
}

// By hand, because TypeORM has no way to join laterally: each page is a seek of its own in the index of the order.
async function findPagesAfter(dataSource: DataSource, seek: Seek, after: string[][]): Promise<Found[]> {
  const { order, limit } = seek;
  const statement = new ListStatement({ ...seek, after: null });
  const keys = order.keys.map((_, at) => `key_${at}`);
  const given = order.keys.map((_, at) => `${statement.bind(after.map((of) => of[at]))}::${order.types[at]}[]`);
  const text = `
    SELECT ${selectColumns(dataSource, 'customer', ExpressCustomerEntity)}, wanted.place::integer AS place
    FROM unnest(${given.join(', ')}) WITH ORDINALITY AS wanted (${keys.join(', ')}, place)
    CROSS JOIN LATERAL (
      SELECT * FROM express_customers AS customer ${statement.where} AND ${afterCursor(order, keys)} ${inOrder(seek)} LIMIT ${limit}
    ) AS customer
    ORDER BY wanted.place, ${order.keys.map((key) => `${key} ${order.direction}`).join(', ')}`;
  const rows = await run<ExpressCustomerEntity & { place: number }>(dataSource, text, statement.values);
  const pages: Found[] = after.map(() => []);
  for (const row of rows) pages[row.place - 1]!.push(row);
  return pages;
}

/** The pages of lists that differ only in where they begin; a page that several calls ask for is read once. */
async function findPages(dataSource: DataSource, seeks: Seek[]): Promise<Found[]> {
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

const findPage = batched<Seek, Found, Kind>(
  { name: 'pages', size: countFitting, concurrency: 3, keyOf: ({ shape }) => shape },
  (dataSource, _kind, seeks) => findPages(dataSource, seeks),
);

/**
 * The first `limit` rows of a list whose conditions an index answers in list order, read together with the lists of the same kind
 * that its clinic asks for at the moment. Never older than the call: it joins only a statement that has not been sent.
 */
export async function findPageBatched(
  dataSource: DataSource,
  request: ListRequest,
  limit: number,
  signal?: AbortSignal,
): Promise<Found> {
  const cursor = JSON.stringify(request.after);
  const seek = { ...request, limit: LIMITS.find((most) => limit <= most) ?? limit, cursor };
  const { clinicId, after } = request;
  const { isActive, updatedAfter = '', externalReferenceId = '' } = request.criteria;
  const shape = [inOrder(seek), isActive, seek.limit, after === null, updatedAfter, externalReferenceId].join(' ');
  return (await findPage(dataSource, { clinicId, shape }, seek, signal)).slice(0, limit);
}
