import { authorise, type RequestContext } from '../../identity/request-context.js';
import { changeMembership, type Membership } from './change-membership.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';

/**
 * Takes a user out of a customer, active or not; the user's account stays. Repeating it changes nothing.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, NOT_FOUND.
 */
export async function removeUserFromExpressCustomer(
  context: RequestContext,
  membership: Membership,
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  return changeMembership(context.dataSource, actor, membership, 'user_removed');
}
