import canonicalize from 'canonicalize';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { cursorScope, decodeCursor, encodeCursor } from '../shared/cursor.js';
import { pageOf, type Page } from '../shared/page.js';
import { ExpressCustomerEntity } from './express-customer.entity.js';
import { criteriaOf } from './express-customer.filter.js';
import { isExpressCustomerId } from './express-customer-id.js';
import { countList, findInList } from './express-customer-list.js';
import { ORDERS } from './express-customer-order.js';
import type { ExpressCustomersArgs } from './express-customers.args.js';

/** What a use case decides about a new row; the clinic comes from the repository, the rest from the table's defaults. */
export type NewExpressCustomer = Pick<
  ExpressCustomerEntity,
  'expressCustomerId' | 'expressCustomerName' | 'nameSearch' | 'metadata' | 'createdByApiKeyId' | 'createdByUserId'
>;

type Query = SelectQueryBuilder<ExpressCustomerEntity>;

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
  async findPage({ first, after, filter, orderBy }: ExpressCustomersArgs): Promise<Page<ExpressCustomerEntity>> {
    const criteria = criteriaOf(filter);
    const order = ORDERS[orderBy];
    const scope = cursorScope(this.clinicId, 'expressCustomers', orderBy, canonicalize(criteria));
    const behind = typeof after === 'string' ? decodeCursor(scope, after, order.keys.length) : null;
    // One row more than the page has: it tells that another page follows.
    const request = { clinicId: this.clinicId, criteria, order, after: behind };
    const found = await findInList(this.manager, request, first + 1);
    return pageOf(found, first, after, (row) => encodeCursor(scope, order.keysOf(row)));
  }

  /** The customers on all pages of a list. */
  count({ filter, orderBy }: Pick<ExpressCustomersArgs, 'filter' | 'orderBy'>): Promise<number> {
    return countList(this.manager, { clinicId: this.clinicId, criteria: criteriaOf(filter), order: ORDERS[orderBy] });
  }
}
