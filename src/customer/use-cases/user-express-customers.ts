import { authorise, type RequestContext } from '../../identity/request-context.js';
import type { Page, PageRequest } from '../../shared/page.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import { customerBytes } from '../model/row-size.js';
import { ExpressCustomerUserRepository } from '../persistence/express-customer-user.repository.js';

export interface UserExpressCustomersPage extends Page<ExpressCustomerEntity> {
  /** Counts the user's customers on all pages; call it only when asked. */
  count: () => Promise<number>;
}

/**
 * Gets a page of the customers of the caller's clinic that a user belongs to, newest first. It does not check that the user exists:
 * one who was never added to a customer has none.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:read`, BAD_USER_INPUT for a cursor of another list.
 */
export async function userExpressCustomers(
  context: RequestContext,
  userId: string,
  page: PageRequest,
): Promise<UserExpressCustomersPage> {
  const { clinicId } = authorise(context, 'express:read');
  const users = new ExpressCustomerUserRepository(context.dataSource.manager, clinicId);
  const found = await users.findCustomersPage(userId, page, context.readBudget?.signal);
  context.readBudget?.spend(found.rows, customerBytes);
  return { ...found, count: () => users.countCustomers(userId) };
}
