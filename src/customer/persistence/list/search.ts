import canonicalize from 'canonicalize';
import type { EntityManager } from 'typeorm';
import { batched, type Group } from '../../../database/batched.js';
import { withTenantSlot } from '../../../database/tenant-slots.js';
import type { Criteria } from '../../model/customer-list.js';
import { selectColumns } from '../../../database/select-columns.js';
import { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import { ListStatement, type ListRequest } from './statement.js';
import { orderedBy, type Order } from './order.js';
import { findPageBatched } from './batched-pages.js';

/** Rows that a search looks at in list order before it asks the search index; and how many where that looks promising. */
const NEAR = 1_000;
const FAR = 10_000;

/** Shorter texts the search index does not know: it holds sequences of three characters. */
const MIN_INDEXED_LENGTH = 3;

type Found = ExpressCustomerEntity[];

/** A search may read much, so it takes one of the few connections that its clinic has for such work. */
const query = <Row>(manager: EntityManager, { clinicId }: ListRequest, sql: string, { values }: ListStatement) =>
  withTenantSlot(manager, clinicId, 'long', () => manager.query<Row[]>(sql, values));

const columns = ({ connection }: EntityManager): string => selectColumns(connection, 'customer', ExpressCustomerEntity);

/**
 * Looks at the next `reach` rows in list order, one by one, until the page is full. The last of them is always among the
 * answer, since it tells that the list may go on behind it.
 */
async function walk(manager: EntityManager, request: ListRequest, limit: number, reach: number) {
  const statement = new ListStatement(request);
  const { inOrder, searched } = statement;
  const order = orderedBy(request.order.keys, request.order);
  const sql = `
    SELECT ${columns(manager)}, matches, place = ${reach} AS "isLast"
    FROM (
      SELECT customer.*, ${searched.join(' AND ')} AS matches, row_number() OVER (${order}) AS place
      FROM express_customers AS customer WHERE ${inOrder.join(' AND ')}
      ${order} LIMIT ${reach}
    ) AS customer
    WHERE matches OR place = ${reach} LIMIT ${statement.bind(limit)}`;
  type Row = ExpressCustomerEntity & { matches: boolean; isLast: boolean };
  const rows: Row[] = await query(manager, request, sql, statement);
  const found: Found = rows.filter(({ matches }) => matches);
  return { found, isComplete: found.length === limit || !rows.some(({ isLast }) => isLast) };
}

/** Collects all that match, by whichever index narrows them most, and sorts them. */
function gather(manager: EntityManager, request: ListRequest, limit: number): Promise<Found> {
  const statement = new ListStatement(request);
  // No index is in the order of an expression, so the planner cannot be tempted to walk one in the hope of an early match.
  const keys = request.order.keys.map((key) => `(${key} || '')`);
  const sql = `
    SELECT ${columns(manager)} FROM express_customers AS customer ${statement.where}
    ${orderedBy(keys, request.order)} LIMIT ${statement.bind(limit)}`;
  return query(manager, request, sql, statement);
}

const isKnownToSearchIndex = ({ namePart, metadata }: Criteria): boolean =>
  metadata !== undefined || (namePart !== undefined && [...namePart].length >= MIN_INDEXED_LENGTH);

/**
 * The first `limit` rows of a list. Common matches are found by walking the list, rare ones by the search index: what is
 * common is learnt from the rows nearby, because the planner has no statistics of substrings and metadata that it could
 * know it by. Each answer comes from one statement, so that it is of one moment; one is sent for lists without search
 * and for common matches, two for rare ones, three at worst.
 */
export async function findInList(
  manager: EntityManager,
  request: ListRequest,
  limit: number,
  signal?: AbortSignal,
): Promise<Found> {
  if (new ListStatement(request).searched.length === 0)
    return findPageBatched(manager.connection, request, limit, signal);
  signal?.throwIfAborted();
  const near = await walk(manager, request, limit, NEAR);
  if (near.isComplete) return near.found;
  // If it goes on like this, the page is full well before the end.
  const isPromising = near.found.length * (FAR / NEAR) * 0.7 >= limit;
  if (isPromising || !isKnownToSearchIndex(request.criteria)) {
    const far = await walk(manager, request, limit, FAR);
    if (far.isComplete) return far.found;
  }
  return gather(manager, request, limit);
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
