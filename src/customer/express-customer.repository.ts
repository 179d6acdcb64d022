import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { cursorScope, decodeCursor, encodeCursor } from '../shared/cursor.js';
import { pageOf, type Page } from '../shared/page.js';
import { ExpressCustomerEntity } from './express-customer.entity.js';
import { isExpressCustomerId } from './express-customer-id.js';
import type { ExpressCustomersArgs } from './express-customers.args.js';

/** What a use case decides about a new row; the clinic comes from the repository, the rest from the table's defaults. */
export type NewExpressCustomer = Pick<
  ExpressCustomerEntity,
  'expressCustomerId' | 'expressCustomerName' | 'nameSearch' | 'metadata' | 'createdByApiKeyId' | 'createdByUserId'
>;

type Query = SelectQueryBuilder<ExpressCustomerEntity>;

interface Order {
  /** SQL of the sort keys; the id comes last and makes the order total. */
  columns: string[];
  keysOf(row: ExpressCustomerEntity): string[];
  direction: 'ASC' | 'DESC';
}

// As PostgreSQL's left(): code points, not UTF-16 units.
const nameKey = ({ nameSearch }: ExpressCustomerEntity) => [...nameSearch].slice(0, 100).join('');
const byCreation = {
  columns: ['customer.expressCustomerId'],
  keysOf: (row: ExpressCustomerEntity) => [row.expressCustomerId],
};
const byName = {
  columns: ['left(customer.nameSearch, 100)', 'customer.expressCustomerId'],
  keysOf: (row: ExpressCustomerEntity) => [nameKey(row), row.expressCustomerId],
};

const ORDERS: Record<ExpressCustomersArgs['orderBy'], Order> = {
  CREATED_AT_ASC: { ...byCreation, direction: 'ASC' },
  CREATED_AT_DESC: { ...byCreation, direction: 'DESC' },
  NAME_ASC: { ...byName, direction: 'ASC' },
  NAME_DESC: { ...byName, direction: 'DESC' },
};

/** One row-value comparison: PostgreSQL seeks straight to the row, however deep the page; written with OR it scans. */
function seek(query: Query, { columns, direction }: Order, keys: string[]): void {
  const parameters = Object.fromEntries(keys.map((key, index) => [`key${index}`, key]));
  const names = Object.keys(parameters).map((name) => `:${name}`);
  query.andWhere(`(${columns.join(', ')}) ${direction === 'ASC' ? '>' : '<'} (${names.join(', ')})`, parameters);
}

/** The customers of one clinic. It cannot be made, and so not be asked anything, without a clinic. */
export class ExpressCustomerRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly clinicId: string,
  ) {}

  private query(): Query {
    return this.manager
      .createQueryBuilder(ExpressCustomerEntity, 'customer')
      .where('customer.clinicId = :clinicId', { clinicId: this.clinicId });
  }

  /** Stores a new customer. @returns the row as the database completed it. */
  async insert(customer: NewExpressCustomer): Promise<ExpressCustomerEntity> {
    const row = this.manager.create(ExpressCustomerEntity, { ...customer, clinicId: this.clinicId });
    await this.manager.createQueryBuilder().insert().into(ExpressCustomerEntity).values(row).returning('*').execute();
    return row;
  }

  async find(expressCustomerId: string): Promise<ExpressCustomerEntity | null> {
    if (!isExpressCustomerId(expressCustomerId)) return null;
    return this.query().andWhere('customer.expressCustomerId = :expressCustomerId', { expressCustomerId }).getOne();
  }

  /** @throws AppError BAD_USER_INPUT when `after` is not a cursor of this list. */
  async findPage({ first, after, orderBy }: ExpressCustomersArgs): Promise<Page<ExpressCustomerEntity>> {
    const order = ORDERS[orderBy];
    const scope = cursorScope(this.clinicId, 'expressCustomers', orderBy);
    const query = this.query().limit(first + 1);
    for (const column of order.columns) query.addOrderBy(column, order.direction);
    if (typeof after === 'string') seek(query, order, decodeCursor(scope, after, order.columns.length));
    return pageOf(await query.getMany(), first, after, (row) => encodeCursor(scope, order.keysOf(row)));
  }

  count(): Promise<number> {
    return this.query().getCount();
  }
}
