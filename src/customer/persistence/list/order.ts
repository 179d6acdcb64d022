import { invalidCursor } from '../../../shared/cursor.js';
import { parseInstant } from '../../../shared/instant.js';
import type { Criteria, ExpressCustomerOrder } from '../../model/customer-list.js';
import type { ListedCustomer } from '../../model/listed-customer.js';

/** A row of a list, with the name by which it is sorted where it is listed by name. */
export type SortedCustomer = ListedCustomer & { nameSearch?: string };

export interface Order {
  /** SQL of the sort keys; the id comes last and makes the order total. */
  keys: string[];
  /** The types of the sort keys in PostgreSQL. */
  types: string[];
  direction: 'ASC' | 'DESC';
  /** The values of the sort keys of a row, for its cursor. */
  keysOf(row: SortedCustomer): string[];
  /** Whether texts can be the values of the sort keys. */
  areKeys(keys: string[]): boolean;
  /** Whether it is the order of the last change, in which an index finds what was updated after a time. */
  isByUpdate: boolean;
  isByName: boolean;
  /** Whether an index lists only the active customers, or only the others, in this order. */
  isIndexedBy(isActive: boolean): boolean;
}

const byCreation = {
  keys: ['customer.express_customer_id'],
  types: ['text'],
  areKeys: () => true,
  isByUpdate: false,
  isByName: false,
  keysOf: (row: SortedCustomer) => [row.expressCustomerId],
  isIndexedBy: () => true,
};

// As PostgreSQL's left(): code points, not UTF-16 units.
const nameKey = ({ nameSearch }: SortedCustomer) => [...nameSearch!].slice(0, 100).join('');

const byName = {
  keys: ['left(customer.name_search, 100)', 'customer.express_customer_id'],
  types: ['text', 'text'],
  areKeys: () => true,
  isByUpdate: false,
  isByName: true,
  keysOf: (row: SortedCustomer) => [nameKey(row), row.expressCustomerId],
  // Only of the few inactive ones: an index of the others would cost every create.
  isIndexedBy: (isActive: boolean) => !isActive,
};

const byUpdate = {
  keys: ['customer.updated_at', 'customer.express_customer_id'],
  types: ['timestamptz', 'text'],
  areKeys: ([updatedAt]: string[]) => parseInstant(updatedAt!)?.toISOString() === updatedAt,
  isByUpdate: true,
  isByName: false,
  keysOf: (row: SortedCustomer) => [row.updatedAt.toISOString(), row.expressCustomerId],
  // An index of each kind would cost every change.
  isIndexedBy: () => false,
};

export const ORDERS: Record<ExpressCustomerOrder, Order> = {
  CREATED_AT_ASC: { ...byCreation, direction: 'ASC' },
  CREATED_AT_DESC: { ...byCreation, direction: 'DESC' },
  NAME_ASC: { ...byName, direction: 'ASC' },
  NAME_DESC: { ...byName, direction: 'DESC' },
  UPDATED_AT_ASC: { ...byUpdate, direction: 'ASC' },
  UPDATED_AT_DESC: { ...byUpdate, direction: 'DESC' },
};

/** An ORDER BY clause. */
export const orderBy = (keys: string[], { direction }: Order): string =>
  `ORDER BY ${keys.map((key) => `${key} ${direction}`).join(', ')}`;

/**
 * The conditions that are left to be checked after a row. Upwards in the order of the last change, what follows the row is later
 * than it; with both conditions PostgreSQL would begin at the earlier one.
 * @throws AppError BAD_USER_INPUT when no list of the criteria has such a row.
 */
export function criteriaAfter(criteria: Criteria, { isByUpdate, direction }: Order, after: string[] | null): Criteria {
  const { updatedAfter, ...others } = criteria;
  if (!after || updatedAfter === undefined || !isByUpdate || direction === 'DESC') return criteria;
  if (after[0]! <= updatedAfter) throw invalidCursor();
  return others;
}
