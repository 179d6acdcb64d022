import { isDeepStrictEqual } from 'node:util';
import { inTransaction } from '../../database/in-transaction.js';
import type { Actor } from '../../identity/actor.js';
import type { RequestContext } from '../../identity/request-context.js';
import { expressCustomerInactive } from '../model/errors.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import type { Change, ExpressCustomerEventEntity } from '../model/express-customer-event.entity.js';
import { ExpressCustomerEventRepository } from '../persistence/express-customer-event.repository.js';
import { ExpressCustomerRepository } from '../persistence/express-customer.repository.js';
import { ExpressCustomerUserRepository } from '../persistence/express-customer-user.repository.js';
import { assertExpectedVersion, type Precondition } from './precondition.js';

/** A user, and the customer to add the user to or to remove the user from. */
export interface Membership {
  expressCustomerId: string;
  userId: string;
}

type Direction = 'user_added' | 'user_removed';

const buildChanges = (userId: string, direction: Direction): Change[] => [
  direction === 'user_added'
    ? { path: 'users', before: null, after: userId }
    : { path: 'users', before: userId, after: null },
];

const isEventOf = (userId: string, direction: Direction, { type, changes }: ExpressCustomerEventEntity): boolean =>
  type === `express_customer.${direction}` && isDeepStrictEqual(changes, buildChanges(userId, direction));

/**
 * Adds a user to a customer or removes one, atomically: membership, user count, version and audit event are one transaction,
 * under the customer's row lock, so that the count equals the memberships at every commit. Adding a member and removing
 * someone who is not a member change nothing.
 * @throws AppError NOT_FOUND, VERSION_CONFLICT, EXPRESS_CUSTOMER_INACTIVE when a new user is added to a deactivated customer.
 */
export function changeMembership(
  { dataSource, signal }: Pick<RequestContext, 'dataSource' | 'signal'>,
  actor: Actor,
  { expressCustomerId, userId, ...precondition }: Membership & Precondition,
  direction: Direction,
): Promise<ExpressCustomerEntity> {
  return inTransaction(dataSource, { clinicId: actor.clinicId, signal }, async (manager) => {
    const customers = new ExpressCustomerRepository(manager, actor.clinicId);
    const users = new ExpressCustomerUserRepository(manager, actor.clinicId);
    const events = new ExpressCustomerEventRepository(manager, actor.clinicId);
    const row = await customers.getLocked(expressCustomerId);
    await assertExpectedVersion(row, precondition, { actor, events }, (event) => isEventOf(userId, direction, event));
    const isAdding = direction === 'user_added';
    const changedMembership = isAdding
      ? await users.add(expressCustomerId, userId)
      : await users.remove(expressCustomerId, userId);
    if (!changedMembership) return row;
    // Thrown after the insert, which it rolls back: adding someone who is a member already succeeds.
    if (isAdding && !row.isActive) throw expressCustomerInactive();
    const changed = await customers.update(row, { usersAdded: isAdding ? 1 : -1 });
    await events.append(changed, `express_customer.${direction}`, buildChanges(userId, direction), actor);
    return changed;
  });
}
