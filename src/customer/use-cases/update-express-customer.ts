import { authorise, type RequestContext } from '../../identity/request-context.js';
import { changeExpressCustomer } from './change-express-customer.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import { nameReferenceHolder } from './references/name-reference-holder.js';
import type { Precondition } from './precondition.js';
import type { UpdateExpressCustomerInput } from '../contract/update-express-customer.input.js';

/**
 * Changes the given fields of a customer; `metadata` replaces all pairs, null clears them. Atomic with its audit event. It may be
 * repeated: equal values change nothing. With `expectedVersion` it applies to that version only (optimistic concurrency).
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, NOT_FOUND, VERSION_CONFLICT, EXTERNAL_REFERENCE_TAKEN when
 * another customer of the clinic has the reference.
 */
export async function updateExpressCustomer(
  context: RequestContext,
  input: UpdateExpressCustomerInput,
  { retryCount }: Pick<Precondition, 'retryCount'> = {},
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  const { expressCustomerName, externalReferenceId, metadata } = input;
  const change = () =>
    changeExpressCustomer(
      context,
      actor,
      { ...input, retryCount },
      {
        type: 'express_customer.updated',
        next: () => ({
          ...(expressCustomerName !== undefined && { expressCustomerName }),
          ...(externalReferenceId !== undefined && { externalReferenceId }),
          ...(metadata !== undefined && { metadata: metadata ?? {} }),
        }),
      },
    );
  return nameReferenceHolder(context, actor, externalReferenceId, change);
}
