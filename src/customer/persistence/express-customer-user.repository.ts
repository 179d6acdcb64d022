import type { EntityManager } from 'typeorm';
import type { Cancellation } from '../../shared/concurrency/cancellation.js';
import { withTenantSlot } from '../../database/tenant-slots.js';
import { cursorScope, decodeCursor, encodeCursor, requireInstant } from '../../shared/cursor.js';
import { cutPage, type Page, type PageRequest } from '../../shared/page.js';
import { countCustomersOfUser, firstCustomersOfUser } from './batched-user-customers.js';
import { selectColumns } from '../../database/select-columns.js';
import { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import { ExpressCustomerUserEntity } from '../model/express-customer-user.entity.js';
import { batchedFirstPages } from './batched-first-pages.js';

const firstUsers = batchedFirstPages<ExpressCustomerUserEntity>({
  name: 'users',
  sqlOf: (dataSource) => `
    SELECT ${selectColumns(dataSource, 'member', ExpressCustomerUserEntity)} FROM express_customer_users AS member
    WHERE member.clinic_id = $1 AND member.express_customer_id = wanted.id
    ORDER BY member.added_at, member.user_id`,
});

/** The memberships of one clinic's customers. A change of them needs the customer's row lock, and updates its count. */
export class ExpressCustomerUserRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly clinicId: string,
  ) {}

  /** @returns false when the user was in the customer already. */
  async add(expressCustomerId: string, userId: string): Promise<boolean> {
    const result = await this.manager
      .createQueryBuilder()
      .insert()
      .into(ExpressCustomerUserEntity)
      .values({ clinicId: this.clinicId, expressCustomerId, userId })
      .orIgnore()
      .returning('user_id')
      .execute();
    return (result.raw as unknown[]).length > 0;
  }

  /** @returns false when the user was not in the customer. */
  async remove(expressCustomerId: string, userId: string): Promise<boolean> {
    const { affected } = await this.manager.delete(ExpressCustomerUserEntity, {
      clinicId: this.clinicId,
      expressCustomerId,
      userId,
    });
    return affected === 1;
  }

  /** In the order they were added. @throws AppError BAD_USER_INPUT when `after` is not a cursor of this list. */
  async findPage(expressCustomerId: string, { first, after }: PageRequest): Promise<Page<ExpressCustomerUserEntity>> {
    const scope = cursorScope(this.clinicId, 'users', expressCustomerId);
    const cursorOf = (row: ExpressCustomerUserEntity) => encodeCursor(scope, [row.addedAt.toISOString(), row.userId]);
    const limit = first + 1;
    const rows =
      typeof after === 'string'
        ? await this.findAfter(expressCustomerId, decodeCursor(scope, after, 2), limit)
        : await firstUsers(this.manager.connection, { clinicId: this.clinicId, limit }, expressCustomerId);
    return cutPage(rows, first, after, cursorOf);
  }

  private findAfter(
    expressCustomerId: string,
    [addedAt, userId]: string[],
    limit: number,
  ): Promise<ExpressCustomerUserEntity[]> {
    const query = this.manager
      .createQueryBuilder(ExpressCustomerUserEntity, 'member')
      .where('member.clinicId = :clinicId', { clinicId: this.clinicId })
      .andWhere('member.expressCustomerId = :expressCustomerId', { expressCustomerId })
      .andWhere('(member.addedAt, member.userId) > (:addedAt, :userId)', { addedAt: requireInstant(addedAt!), userId })
      .orderBy('member.addedAt', 'ASC')
      .addOrderBy('member.userId', 'ASC')
      .limit(limit);
    return withTenantSlot(this.manager, this.clinicId, 'short', () => query.getMany());
  }

  /** The customers that a user is in, newest first. @throws AppError BAD_USER_INPUT for a cursor of another list. */
  async findCustomersPage(
    userId: string,
    { first, after }: PageRequest,
    signal?: Cancellation,
  ): Promise<Page<ExpressCustomerEntity>> {
    const scope = cursorScope(this.clinicId, 'userExpressCustomers', userId);
    const limit = first + 1;
    const rows =
      typeof after === 'string'
        ? await this.findCustomersAfter(userId, decodeCursor(scope, after, 1), limit)
        : await firstCustomersOfUser(this.manager.connection, { clinicId: this.clinicId, limit }, userId, signal);
    return cutPage(rows, first, after, (row) => encodeCursor(scope, [row.expressCustomerId]));
  }

  private findCustomersAfter(
    userId: string,
    [expressCustomerId]: string[],
    limit: number,
  ): Promise<ExpressCustomerEntity[]> {
    const query = this.manager
      .createQueryBuilder(ExpressCustomerEntity, 'customer')
      .innerJoin(
        ExpressCustomerUserEntity,
        'member',
        'member.clinicId = customer.clinicId AND member.expressCustomerId = customer.expressCustomerId',
      )
      .where('member.clinicId = :clinicId AND member.userId = :userId', { clinicId: this.clinicId, userId })
      .andWhere('member.expressCustomerId < :expressCustomerId', { expressCustomerId })
      .orderBy('member.expressCustomerId', 'DESC')
      .limit(limit);
    return withTenantSlot(this.manager, this.clinicId, 'short', () => query.getMany());
  }

  countCustomers(userId: string): Promise<number> {
    return countCustomersOfUser(this.manager.connection, { clinicId: this.clinicId }, userId);
  }
}
