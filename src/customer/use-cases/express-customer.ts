import { authorise, type RequestContext } from '../../identity/request-context.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import { customerBytes } from '../model/row-size.js';
import { ExpressCustomerRepository } from '../persistence/express-customer.repository.js';

/**
 * Gets one customer of the caller's clinic. Unknown ids, malformed ids and those of another clinic all return null. It reflects
 * every change that was acknowledged before the call.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:read`.
 */
export async function expressCustomer(
  context: RequestContext,
  expressCustomerId: string,
): Promise<ExpressCustomerEntity | null> {
  const { clinicId } = authorise(context, 'express:read');
  const row = await new ExpressCustomerRepository(context.dataSource.manager, clinicId).find(expressCustomerId);
  if (row) context.readBudget?.spend([row], customerBytes);
  return row;
}
