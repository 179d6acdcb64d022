import { authorise, type RequestContext } from '../../identity/request-context.js';
import { changeMembership, type Membership } from './change-membership.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import type { Precondition } from './precondition.js';

/**
 * Puts a platform user into a customer. Repeating it changes nothing, also when the customer has been deactivated since.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, NOT_FOUND, VERSION_CONFLICT, EXPRESS_CUSTOMER_INACTIVE.
 */
export async function addUserToExpressCustomer(
  context: RequestContext,
  { expressCustomerId, userId }: Membership,
  precondition: Precondition = {},
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  return changeMembership(context.dataSource, actor, { expressCustomerId, userId, ...precondition }, 'user_added');
}
