import { authorise, type RequestContext } from '../../identity/request-context.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import { customerBytes } from '../model/row-size.js';
import { ExpressCustomerRepository } from '../persistence/express-customer.repository.js';

/**
 * Gets several customers of the caller's clinic with one statement, in the order of the ids. Unknown ids, malformed ids and
 * those of another clinic all return null in their place.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:read`.
 */
export async function expressCustomersById(
  context: RequestContext,
  expressCustomerIds: string[],
): Promise<(ExpressCustomerEntity | null)[]> {
  const { clinicId } = authorise(context, 'express:read');
  const rows = await new ExpressCustomerRepository(context.dataSource.manager, clinicId).findMany(expressCustomerIds);
  context.readBudget?.spend(rows, customerBytes);
  const byId = new Map(rows.map((row) => [row.expressCustomerId, row]));
  return expressCustomerIds.map((id) => byId.get(id) ?? null);
}
