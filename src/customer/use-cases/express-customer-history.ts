import { authorise, type RequestContext } from '../../identity/request-context.js';
import type { Page, PageRequest } from '../../shared/page.js';
import type { ExpressCustomerEventEntity } from '../model/express-customer-event.entity.js';
import { eventBytes } from '../model/row-size.js';
import { ExpressCustomerEventRepository } from '../persistence/express-customer-event.repository.js';

/**
 * Gets a page of the audit events of a customer in the caller's clinic: every change, oldest first.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:read`, BAD_USER_INPUT for a cursor of another history.
 */
export async function expressCustomerHistory(
  context: RequestContext,
  expressCustomerId: string,
  page: PageRequest,
): Promise<Page<ExpressCustomerEventEntity>> {
  const { clinicId } = authorise(context, 'express:read');
  const events = new ExpressCustomerEventRepository(context.dataSource.manager, clinicId);
  const found = await events.findPage(expressCustomerId, page, context.readBudget?.signal);
  context.readBudget?.spend(found.rows, eventBytes);
  return found;
}
