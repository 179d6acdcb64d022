import canonicalize from 'canonicalize';
import type { EntityManager } from 'typeorm';
import type { Cancellation } from '../../../shared/concurrency/cancellation.js';
import { batched, type Group } from '../../../database/batched.js';
import { withTenantSlot } from '../../../database/tenant-slots.js';
import type { TextTable } from '../../../shared/text-table.js';
import type { Criteria } from '../../model/customer-list.js';
import { selectColumns } from '../../../database/select-columns.js';
import { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import { ListStatement, type ListRequest } from './statement.js';
import { orderBy, type Order } from './order.js';
import { findPageBatched } from './batched-pages.js';

/** Rows that a search scans in list order before it asks the search index; and how many if the first ones were promising. */
const FIRST_PROBE_ROWS = 1_000;
const SECOND_PROBE_ROWS = 10_000;

/** The second probe must promise more hits than the page needs, since the rate of the first is an estimate. */
const HIT_RATE_MARGIN = 0.7;

/** The search index holds sequences of three characters, and nothing of shorter texts. */
const MIN_INDEXED_LENGTH = 3;

type Found = ExpressCustomerEntity[];

/** A search may read much, so it takes one of the few connections that its clinic has for such work. */
const query = <Row>(manager: EntityManager, { clinicId }: ListRequest, sql: string, { values }: ListStatement) =>
  withTenantSlot(manager, clinicId, 'long', () => manager.query<Row[]>(sql, values));

const columns = ({ connection }: EntityManager): string => selectColumns(connection, 'customer', ExpressCustomerEntity);

/**
 * Scans the next `rowLimit` rows in list order, one by one, until the page is full. The last of them is always returned:
 * when it is reached, the list may continue after it.
 */
async function scanInOrder(manager: EntityManager, request: ListRequest, limit: number, rowLimit: number) {
  const statement = new ListStatement(request);
  const { inOrder, searched } = statement;
  const order = orderBy(request.order.keys, request.order);
  const sql = `
    SELECT ${columns(manager)}, matches, place = ${rowLimit} AS "isLast"
    FROM (
      SELECT customer.*, ${searched.join(' AND ')} AS matches, row_number() OVER (${order}) AS place
      FROM express_customers AS customer WHERE ${inOrder.join(' AND ')}
      ${order} LIMIT ${rowLimit}
    ) AS customer
    WHERE matches OR place = ${rowLimit} LIMIT ${statement.bind(limit)}`;
  type Row = ExpressCustomerEntity & { matches: boolean; isLast: boolean };
  const rows: Row[] = await query(manager, request, sql, statement);
  const found: Found = rows.filter(({ matches }) => matches);
  return { found, isComplete: found.length === limit || !rows.some(({ isLast }) => isLast) };
}

/** Finds all matches by the index that narrows them most, and sorts them. */
function searchByIndex(manager: EntityManager, request: ListRequest, limit: number): Promise<Found> {
  const statement = new ListStatement(request);
  // No index has the order of this expression, so the planner cannot choose to scan one in the hope of an early match.
  const keys = request.order.keys.map((key) => `(${key} || '')`);
  const sql = `
    SELECT ${columns(manager)} FROM express_customers AS customer ${statement.where}
    ${orderBy(keys, request.order)} LIMIT ${statement.bind(limit)}`;
  return query(manager, request, sql, statement);
}

// Times are found by the index of the last change.
const isIndexed = ({ namePart, metadata, createdAfter, updatedAfter }: Criteria): boolean =>
  (metadata ?? createdAfter ?? updatedAfter) !== undefined ||
  (namePart !== undefined && [...namePart].length >= MIN_INDEXED_LENGTH);

const isSearch = (request: ListRequest): boolean =>
  Object.keys(request.criteria).length > 0 && new ListStatement(request).searched.length > 0;

/**
 * The first `limit` rows of a list; more where they come as a text. PostgreSQL has no statistics of substrings and metadata by
 * which it could choose a plan, so a search probes: it scans 1,000 rows in list order; if their hit rate promises a full page,
 * 10,000; otherwise it asks the search index. Each answer comes from one statement, so that it shows one moment: one statement is
 * sent for lists without a search and for common matches, two for rare ones, three at most.
 */
export async function findInList(
  manager: EntityManager,
  request: ListRequest,
  limit: number,
  signal?: Cancellation,
): Promise<Found | TextTable> {
  if (!isSearch(request)) return findPageBatched(manager.connection, request, limit, signal);
  signal?.throwIfAborted();
  const first = await scanInOrder(manager, request, limit, FIRST_PROBE_ROWS);
  if (first.isComplete) return first.found;
  const expectedHits = first.found.length * (SECOND_PROBE_ROWS / FIRST_PROBE_ROWS);
  if (expectedHits * HIT_RATE_MARGIN >= limit || !isIndexed(request.criteria)) {
    const second = await scanInOrder(manager, request, limit, SECOND_PROBE_ROWS);
    if (second.isComplete) return second.found;
  }
  return searchByIndex(manager, request, limit);
}

interface Count extends Group {
  criteria: Criteria;
}

const countBatched = batched<Order, number, Count>(
  { name: 'counts', size: 1_000, concurrency: 1, lane: 'long', keyOf: ({ criteria }) => canonicalize(criteria)! },
  async (dataSource, { clinicId, criteria }, orders) => {
    const statement = new ListStatement({ clinicId, criteria, order: orders[0]!, after: null });
    const sql = `SELECT count(*)::integer AS count FROM express_customers AS customer ${statement.where}`;
    const [row] = await dataSource.query<{ count: number }[]>(sql, statement.values);
    return orders.map(() => row!.count);
  },
);

/**
 * How many customers a list has on all its pages. The cost is in proportion to them; equal counts that wait at the same time
 * are one statement. Never older than the call.
 */
export const countList = (manager: EntityManager, { clinicId, criteria, order }: Omit<ListRequest, 'after'>) =>
  countBatched(manager.connection, { clinicId, criteria }, order);
