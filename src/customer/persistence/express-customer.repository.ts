import canonicalize from 'canonicalize';
import { LRUCache } from 'lru-cache';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type { Cancellation } from '../../shared/concurrency/cancellation.js';
import { isInTransaction } from '../../database/prepared-statement.js';
import { withTenantSlot } from '../../database/tenant-slots.js';
import { cursorScope, decodeCursor, encodeCursor, invalidCursor } from '../../shared/cursor.js';
import { cutPage, TextPage, type Page, type PageRequest } from '../../shared/page.js';
import { TextTable } from '../../shared/text-table.js';
import type { Changeable } from '../model/changes.js';
import type { Criteria, CustomerList, ExpressCustomerOrder } from '../model/customer-list.js';
import { expressCustomerNotFound } from '../model/errors.js';
import { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import type { ListedCustomer } from '../model/listed-customer.js';
import { findBatched, findByIds, findByReference } from './batched-gets.js';
import { isExpressCustomerId } from '../model/express-customer-id.js';
import { isExternalReference } from '../model/rules.js';
import { countList, findInList } from './list/search.js';
import { readCustomer } from './list/customer-text.js';
import { criteriaAfter, ORDERS, type SortedCustomer } from './list/order.js';
import { foldForSearch } from '../model/fold-for-search.js';

/** What a change may set. */
export interface CustomerChange extends Partial<Changeable> {
  /** Users added or, below 0, removed. */
  usersAdded?: number;
}

function pickFields({ usersAdded: _, ...fields }: CustomerChange): Partial<Changeable> {
  return fields;
}

function toColumns(change: CustomerChange) {
  const { usersAdded = 0, expressCustomerName } = change;
  return {
    ...pickFields(change),
    ...(expressCustomerName !== undefined && { nameSearch: foldForSearch(expressCustomerName) }),
    ...(usersAdded !== 0 && { userCount: () => `user_count + ${usersAdded}` }),
  };
}

/** Of lists without a filter, which most pages are of: a hash takes longer than all else of a cursor. */
const knownScopes = new LRUCache<string, string>({ max: 1_000 });

function scopeOf(clinicId: string, criteria: Criteria, orderBy: ExpressCustomerOrder): string {
  const compute = () => cursorScope(clinicId, 'expressCustomers', orderBy, canonicalize(criteria));
  if (Object.keys(criteria).length > 0) return compute();
  const key = `${clinicId} ${orderBy}`;
  let scope = knownScopes.get(key);
  if (scope === undefined) knownScopes.set(key, (scope = compute()));
  return scope;
}

type Query = SelectQueryBuilder<ExpressCustomerEntity>;

/** The customers of one clinic, the tenant: it cannot be built without one. */
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

  async find(expressCustomerId: string): Promise<ExpressCustomerEntity | null> {
    if (!isExpressCustomerId(expressCustomerId)) return null;
    if (!isInTransaction(this.manager))
      return findBatched(this.manager.connection, { clinicId: this.clinicId }, expressCustomerId);
    return this.query().andWhere('customer.expressCustomerId = :expressCustomerId', { expressCustomerId }).getOne();
  }

  /** The customer that has a reference; a text that is none is answered without asking the database. Not for transactions. */
  async findByReference(externalReferenceId: string): Promise<ExpressCustomerEntity | null> {
    if (!isExternalReference(externalReferenceId)) return null;
    return findByReference(this.manager.connection, { clinicId: this.clinicId }, externalReferenceId);
  }

  /** The customers of this clinic among the ids, in no order; sends no statement when no id has the form of one. */
  async findMany(expressCustomerIds: string[]): Promise<ExpressCustomerEntity[]> {
    const ids = expressCustomerIds.filter(isExpressCustomerId);
    if (ids.length === 0) return [];
    const { connection } = this.manager;
    return withTenantSlot(this.manager, this.clinicId, 'short', () => findByIds(connection, this.clinicId, ids));
  }

  /** @throws AppError NOT_FOUND. */
  async get(expressCustomerId: string): Promise<ExpressCustomerEntity> {
    const row = await this.find(expressCustomerId);
    if (!row) throw expressCustomerNotFound();
    return row;
  }

  /**
   * The row, locked against every other change until the transaction ends.
   * @throws AppError NOT_FOUND.
   */
  async getLocked(expressCustomerId: string): Promise<ExpressCustomerEntity> {
    if (!isExpressCustomerId(expressCustomerId)) throw expressCustomerNotFound();
    const query = this.query().andWhere('customer.expressCustomerId = :expressCustomerId', { expressCustomerId });
    const row = await query.setLock('pessimistic_write').getOne();
    if (!row) throw expressCustomerNotFound();
    return row;
  }

  /**
   * Writes a real change to a row that is locked by `getLocked`: the version grows by one, and the time never moves backwards.
   * The version that was read is compared in the statement itself, so a row that has changed since is not written.
   * @returns the row after the change.
   * @throws Error when the row was not locked and has changed: our mistake, not the caller's.
   */
  async update(row: ExpressCustomerEntity, next: CustomerChange): Promise<ExpressCustomerEntity> {
    const { expressCustomerId, version } = row;
    const result = await this.manager
      .createQueryBuilder()
      .update(ExpressCustomerEntity)
      .set({
        ...toColumns(next),
        version: () => 'version + 1',
        updatedAt: () => 'greatest(statement_timestamp(), updated_at)',
      })
      .where({ clinicId: this.clinicId, expressCustomerId, version })
      .returning(['version', 'updatedAt', 'userCount'])
      .execute();
    const [written] = result.raw as { version: number; updated_at: Date; user_count: number }[];
    if (!written) throw new Error('A customer was to be updated that was not locked and has changed since.');
    const { version: newVersion, updated_at: updatedAt, user_count: userCount } = written;
    return { ...row, ...pickFields(next), version: newVersion, updatedAt, userCount };
  }

  /** @throws AppError BAD_USER_INPUT when `after` is not a cursor of this list. */
  async findPage(
    { criteria, orderBy }: CustomerList,
    request: PageRequest,
    signal?: Cancellation,
  ): Promise<Page<ListedCustomer>> {
    const { first, after } = request;
    const order = ORDERS[orderBy];
    // Computed when a cursor is read or made: many callers take the first page and no cursor.
    let known: string | undefined;
    const scope = () => (known ??= scopeOf(this.clinicId, criteria, orderBy));
    const afterKeys = typeof after === 'string' ? decodeCursor(scope(), after, order.keys.length) : null;
    if (afterKeys && !order.areKeys(afterKeys)) throw invalidCursor();
    // One row more than the page has, to see whether another page follows.
    const left = criteriaAfter(criteria, order, afterKeys);
    const list = { clinicId: this.clinicId, criteria: left, order, after: afterKeys };
    const found = await findInList(this.manager, list, first + 1, signal);
    const cursorOf = (row: SortedCustomer) => encodeCursor(scope(), order.keysOf(row));
    if (found instanceof TextTable) return new TextPage(found, request, { decode: readCustomer, cursorOf });
    return cutPage(found, first, after, cursorOf);
  }

  /** The customers on all pages of a list. */
  count({ criteria, orderBy }: CustomerList): Promise<number> {
    return countList(this.manager, { clinicId: this.clinicId, criteria, order: ORDERS[orderBy] });
  }
}
