import { authorise, type RequestContext } from '../../../identity/request-context.js';
import { CreateExpressCustomerInput } from '../../contract/create-express-customer.input.js';
import type { ExpressCustomerEntity } from '../../model/express-customer.entity.js';
import { createExpressCustomer } from '../create-express-customer.js';
import { settleItems, type Settled } from './settle-items.js';

/**
 * Creates 1-100 customers from inputs that have not been validated yet, each as `createExpressCustomer` does: every item is
 * atomic by itself and has its result in its place, and a refused item does not affect the others. Items with an idempotency
 * key may be repeated.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, BAD_USER_INPUT unless there are 1 to 100 items,
 * SERVICE_UNAVAILABLE when some items could not be tried.
 */
export async function createExpressCustomers(
  context: RequestContext,
  inputs: object[],
): Promise<Settled<ExpressCustomerEntity>[]> {
  authorise(context, 'express:write');
  return settleItems(CreateExpressCustomerInput, inputs, (input) => createExpressCustomer(context, input));
}
