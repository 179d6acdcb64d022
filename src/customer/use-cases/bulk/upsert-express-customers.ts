import { authorise, type RequestContext } from '../../../identity/request-context.js';
import { badUserInput } from '../../../shared/app-error.js';
import { UpsertExpressCustomerInput } from '../../contract/upsert-express-customer.input.js';
import { customerBytes } from '../../model/row-size.js';
import type { Upserted } from '../../persistence/upsert/batched-upsert.js';
import { settleItems, type Settled } from './settle-items.js';
import { upsertExpressCustomer } from '../references/upsert-express-customer.js';

const repeated = (first: number) =>
  badUserInput([
    {
      path: ['externalReferenceId'],
      code: 'INVALID',
      message: `Item ${first} of this call has the same reference; send each reference once per call.`,
    },
  ]);

/**
 * Upserts 1-100 customers from inputs that have not been validated yet, each as `upsertExpressCustomer` does: every item is
 * atomic by itself and has its result in its place, and a refused item does not affect the others. A reference that an
 * earlier item of the call has is refused. The call may be repeated as a whole.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, BAD_USER_INPUT unless there are 1 to 100 items,
 * SERVICE_UNAVAILABLE when some items could not be tried, QUERY_TOO_COMPLEX when the stored customers have more than 10 MB in all.
 */
export async function upsertExpressCustomers(context: RequestContext, inputs: object[]): Promise<Settled<Upserted>[]> {
  authorise(context, 'express:write');
  const firstOf = new Map<string, number>();
  const settled = await settleItems(UpsertExpressCustomerInput, inputs, async (input, index) => {
    const { externalReferenceId } = input;
    const first = firstOf.get(externalReferenceId);
    if (first !== undefined) throw repeated(first);
    firstOf.set(externalReferenceId, index);
    return upsertExpressCustomer(context, input);
  });
  const rows = settled.flatMap((item) => ('value' in item ? [item.value.row] : []));
  context.readBudget?.spend(rows, customerBytes);
  return settled;
}
