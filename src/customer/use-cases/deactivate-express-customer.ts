import { authorise, type RequestContext } from '../../identity/request-context.js';
import { changeExpressCustomer, type ChangeTarget } from './change-express-customer.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import type { Precondition } from './precondition.js';

/**
 * Deactivates a customer: no new users or studies, all data stays. Atomic with its audit event. It may be repeated: deactivating
 * an inactive customer changes nothing.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, NOT_FOUND, VERSION_CONFLICT.
 */
export async function deactivateExpressCustomer(
  context: RequestContext,
  target: ChangeTarget,
  { retryCount }: Pick<Precondition, 'retryCount'> = {},
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  return changeExpressCustomer(
    context,
    actor,
    { ...target, retryCount },
    {
      type: 'express_customer.deactivated',
      next: () => ({ isActive: false }),
    },
  );
}
