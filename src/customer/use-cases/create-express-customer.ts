import { authorise, type RequestContext } from '../../identity/request-context.js';
import { inTransaction } from '../../database/in-transaction.js';
import type { Actor } from '../../identity/actor.js';
import { changesOfCreation } from '../changes.js';
import type { CreateExpressCustomerInput } from '../create-express-customer.input.js';
import type { ExpressCustomerEntity } from '../express-customer.entity.js';
import { ExpressCustomerEventRepository } from '../express-customer-event.repository.js';
import { newExpressCustomerId } from '../express-customer-id.js';
import { ExpressCustomerRepository, type NewExpressCustomer } from '../express-customer.repository.js';
import { foldForSearch } from '../fold-for-search.js';
import { fingerprintOf, IdempotencyKeyRepository, type Claim } from '../idempotency-key.repository.js';

function newCustomer(actor: Actor, { expressCustomerName, metadata }: CreateExpressCustomerInput): NewExpressCustomer {
  return {
    expressCustomerId: newExpressCustomerId(),
    expressCustomerName,
    nameSearch: foldForSearch(expressCustomerName),
    metadata: metadata ?? {},
    createdByApiKeyId: actor.kind === 'api-key' ? actor.apiKeyId : null,
    createdByUserId: actor.kind === 'user' ? actor.userId : null,
  };
}

function claimOf(customer: NewExpressCustomer, idempotencyKey: string): Claim {
  const { expressCustomerId, expressCustomerName, metadata } = customer;
  return { idempotencyKey, fingerprint: fingerprintOf({ expressCustomerName, metadata }), expressCustomerId };
}

// The input was equal, so all but the id and the time of the first answer stands in this call's own input.
function asFirstAnswered(customer: NewExpressCustomer, row: ExpressCustomerEntity): ExpressCustomerEntity {
  const { expressCustomerId, createdAt } = row;
  return { ...row, ...customer, expressCustomerId, isActive: true, userCount: 0, version: 1, updatedAt: createdAt };
}

/**
 * Creates a customer in the caller's clinic, with its event. Once it returns, both are committed.
 *
 * With an idempotency key it may be repeated for 24 hours: the same key and input answer as the first call did and create
 * nothing, however many calls run at once. A key belongs to its clinic and caller; a refused input leaves it free.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, IDEMPOTENCY_KEY_REUSED for another input.
 */
export async function createExpressCustomer(
  context: RequestContext,
  input: CreateExpressCustomerInput,
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  const customer = newCustomer(actor, input);
  const { idempotencyKey } = input;
  return inTransaction(context.dataSource, async (manager) => {
    const customers = new ExpressCustomerRepository(manager, actor.clinicId);
    if (typeof idempotencyKey === 'string') {
      const keys = new IdempotencyKeyRepository(manager, actor, 'createExpressCustomer');
      const createdBefore = await keys.claim(claimOf(customer, idempotencyKey));
      if (createdBefore !== null) return asFirstAnswered(customer, await customers.get(createdBefore));
    }
    const row = await customers.insert(customer);
    const events = new ExpressCustomerEventRepository(manager, actor.clinicId);
    await events.append(row, 'express_customer.created', changesOfCreation(customer), actor);
    return row;
  });
}
