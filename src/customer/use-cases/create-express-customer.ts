import { authorise, type RequestContext } from '../../identity/request-context.js';
import type { CreateExpressCustomerInput } from '../create-express-customer.input.js';
import type { ExpressCustomerEntity } from '../express-customer.entity.js';
import { newExpressCustomerId } from '../express-customer-id.js';
import { ExpressCustomerRepository } from '../express-customer.repository.js';
import { foldForSearch } from '../fold-for-search.js';

/**
 * Creates a customer in the caller's clinic. Once it returns, the customer is committed.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`.
 */
export async function createExpressCustomer(
  context: RequestContext,
  input: CreateExpressCustomerInput,
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  return new ExpressCustomerRepository(context.dataSource.manager, actor.clinicId).insert({
    expressCustomerId: newExpressCustomerId(),
    expressCustomerName: input.expressCustomerName,
    nameSearch: foldForSearch(input.expressCustomerName),
    metadata: input.metadata ?? {},
    createdByApiKeyId: actor.kind === 'api-key' ? actor.apiKeyId : null,
    createdByUserId: actor.kind === 'user' ? actor.userId : null,
  });
}
