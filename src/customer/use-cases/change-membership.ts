import type { DataSource } from 'typeorm';
import { inTransaction } from '../../database/in-transaction.js';
import type { Actor } from '../../identity/actor.js';
import { expressCustomerInactive } from '../model/errors.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import type { Change } from '../model/express-customer-event.entity.js';
import { ExpressCustomerEventRepository } from '../persistence/express-customer-event.repository.js';
import { ExpressCustomerRepository } from '../persistence/express-customer.repository.js';
import { ExpressCustomerUserRepository } from '../persistence/express-customer-user.repository.js';

/** A user and the customer that the user is to be in, or not in. */
export interface Membership {
  expressCustomerId: string;
  userId: string;
}

type Direction = 'user_added' | 'user_removed';

const changesOf = (userId: string, direction: Direction): Change[] => [
  direction === 'user_added'
    ? { path: 'users', before: null, after: userId }
    : { path: 'users', before: userId, after: null },
];

/**
 * Adds a user to a customer or takes one out: membership, count, version and event in one transaction, under the
 * customer's row lock, so that the count equals the memberships at every commit. What is so already changes nothing.
 * @throws AppError NOT_FOUND; EXPRESS_CUSTOMER_INACTIVE when a user would come to a deactivated customer.
 */
export function changeMembership(
  dataSource: DataSource,
  actor: Actor,
  { expressCustomerId, userId }: Membership,
  direction: Direction,
): Promise<ExpressCustomerEntity> {
  return inTransaction(dataSource, async (manager) => {
    const customers = new ExpressCustomerRepository(manager, actor.clinicId);
    const users = new ExpressCustomerUserRepository(manager, actor.clinicId);
    const row = await customers.getLocked(expressCustomerId);
    const isAdding = direction === 'user_added';
    const changedMembership = isAdding
      ? await users.add(expressCustomerId, userId)
      : await users.remove(expressCustomerId, userId);
    if (!changedMembership) return row;
    // Thrown after the insert: it rolls back, and a user who was in already passes without being refused.
    if (isAdding && !row.isActive) throw expressCustomerInactive();
    const changed = await customers.update(row, { usersAdded: isAdding ? 1 : -1 });
    const events = new ExpressCustomerEventRepository(manager, actor.clinicId);
    await events.append(changed, `express_customer.${direction}`, changesOf(userId, direction), actor);
    return changed;
  });
}
