import { authorise, type RequestContext } from '../../../identity/request-context.js';
import type { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import { customerBytes } from '../../model/row-size.js';
import { ExpressCustomerRepository } from '../../persistence/express-customer.repository.js';

/**
 * Gets the customer of the caller's clinic that has an externalReferenceId, which is compared exactly. Unknown references,
 * malformed ones and those of another clinic all return null. It reflects every change that was acknowledged before the call.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:read`.
 */
export async function expressCustomerByExternalReference(
  context: RequestContext,
  externalReferenceId: string,
): Promise<ExpressCustomerEntity | null> {
  const { clinicId } = authorise(context, 'express:read');
  const customers = new ExpressCustomerRepository(context.dataSource.manager, clinicId);
  const row = await customers.findByReference(externalReferenceId);
  if (row) context.readBudget?.spend([row], customerBytes);
  return row;
}
