import { authorise, type RequestContext } from '../../identity/request-context.js';
import { changeMembership, type Membership } from './change-membership.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import type { Precondition } from './precondition.js';

/**
 * Removes a user from a customer, active or not, atomically with the user count and the audit event; the user's account stays. It
 * may be repeated: removing someone who is not a member changes nothing.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, NOT_FOUND, VERSION_CONFLICT.
 */
export async function removeUserFromExpressCustomer(
  context: RequestContext,
  { expressCustomerId, userId }: Membership,
  precondition: Precondition = {},
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  return changeMembership(context, actor, { expressCustomerId, userId, ...precondition }, 'user_removed');
}
