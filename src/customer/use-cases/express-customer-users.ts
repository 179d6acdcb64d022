import { authorise, type RequestContext } from '../../identity/request-context.js';
import type { Page, PageRequest } from '../../shared/page.js';
import type { ExpressCustomerUserEntity } from '../model/express-customer-user.entity.js';
import { ExpressCustomerUserRepository } from '../persistence/express-customer-user.repository.js';

/**
 * Gets a page of the users of a customer in the caller's clinic, in the order in which they were added.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:read`, BAD_USER_INPUT for a cursor of another list.
 */
export async function expressCustomerUsers(
  context: RequestContext,
  expressCustomerId: string,
  page: PageRequest,
): Promise<Page<ExpressCustomerUserEntity>> {
  const { clinicId } = authorise(context, 'express:read');
  return new ExpressCustomerUserRepository(context.dataSource.manager, clinicId).findPage(expressCustomerId, page);
}
