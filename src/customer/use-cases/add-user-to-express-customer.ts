import { authorise, type RequestContext } from '../../identity/request-context.js';
import { changeMembership, type Membership } from './change-membership.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import type { Precondition } from './precondition.js';

/**
 * Adds a platform user to a customer, atomically with the user count and the audit event. It may be repeated: adding a member
 * changes nothing, even if the customer has been deactivated since. A repeated call adds the user again if somebody removed the
 * user in between, unless `expectedVersion` is given.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, NOT_FOUND, VERSION_CONFLICT, EXPRESS_CUSTOMER_INACTIVE.
 */
export async function addUserToExpressCustomer(
  context: RequestContext,
  { expressCustomerId, userId }: Membership,
  precondition: Precondition = {},
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  return changeMembership(context, actor, { expressCustomerId, userId, ...precondition }, 'user_added');
}
