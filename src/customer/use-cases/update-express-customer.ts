import { authorise, type RequestContext } from '../../identity/request-context.js';
import { changeExpressCustomer } from './change-express-customer.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import type { Precondition } from './precondition.js';
import type { UpdateExpressCustomerInput } from '../contract/update-express-customer.input.js';

/**
 * Changes the given fields of a customer; `metadata` replaces all pairs, null clears them. Atomic with its audit event. It may be
 * repeated: equal values change nothing. With `expectedVersion` it applies to that version only (optimistic concurrency).
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, NOT_FOUND, VERSION_CONFLICT.
 */
export async function updateExpressCustomer(
  context: RequestContext,
  input: UpdateExpressCustomerInput,
  { retryCount }: Pick<Precondition, 'retryCount'> = {},
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  const { expressCustomerName, metadata } = input;
  return changeExpressCustomer(
    context,
    actor,
    { ...input, retryCount },
    {
      type: 'express_customer.updated',
      next: () => ({
        ...(expressCustomerName !== undefined && { expressCustomerName }),
        ...(metadata !== undefined && { metadata: metadata ?? {} }),
      }),
    },
  );
}
