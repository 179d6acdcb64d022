import type { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import type { ExpressCustomerOrder } from '../../model/customer-list.js';

export interface Order {
  /** SQL of the sort keys; the id comes last and makes the order total. */
  keys: string[];
  direction: 'ASC' | 'DESC';
  /** The values of the sort keys of a row, for its cursor. */
  keysOf(row: ExpressCustomerEntity): string[];
  /** Whether an index lists only the active customers, or only the others, in this order. */
  isIndexedBy(isActive: boolean): boolean;
}

const byCreation = {
  keys: ['customer.express_customer_id'],
  keysOf: (row: ExpressCustomerEntity) => [row.expressCustomerId],
  isIndexedBy: () => true,
};

// As PostgreSQL's left(): code points, not UTF-16 units.
const nameKey = ({ nameSearch }: ExpressCustomerEntity) => [...nameSearch].slice(0, 100).join('');

const byName = {
  keys: ['left(customer.name_search, 100)', 'customer.express_customer_id'],
  keysOf: (row: ExpressCustomerEntity) => [nameKey(row), row.expressCustomerId],
  // Only of the few inactive ones: an index of the others would cost every create.
  isIndexedBy: (isActive: boolean) => !isActive,
};

export const ORDERS: Record<ExpressCustomerOrder, Order> = {
  CREATED_AT_ASC: { ...byCreation, direction: 'ASC' },
  CREATED_AT_DESC: { ...byCreation, direction: 'DESC' },
  NAME_ASC: { ...byName, direction: 'ASC' },
  NAME_DESC: { ...byName, direction: 'DESC' },
};

/** An ORDER BY clause. */
export const orderBy = (keys: string[], { direction }: Order): string =>
  `ORDER BY ${keys.map((key) => `${key} ${direction}`).join(', ')}`;
