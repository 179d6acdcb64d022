import type { EntityManager } from 'typeorm';
import { authorise, type RequestContext } from '../../identity/request-context.js';
import { inTransaction } from '../../database/in-transaction.js';
import type { Actor } from '../../identity/actor.js';
import { changesOfCreation } from '../changes.js';
import type { CreateExpressCustomerInput } from '../create-express-customer.input.js';
import { createTogether } from '../express-customer-creates.js';
import type { ExpressCustomerEntity } from '../express-customer.entity.js';
import { ExpressCustomerEventRepository } from '../express-customer-event.repository.js';
import { newExpressCustomerId } from '../express-customer-id.js';
import { ExpressCustomerRepository, type NewExpressCustomer } from '../express-customer.repository.js';
import { UnkeyedCreateRepository } from '../unkeyed-create.repository.js';
import { foldForSearch } from '../fold-for-search.js';
import { fingerprintOf, IdempotencyKeyRepository } from '../idempotency-key.repository.js';

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

const inputFingerprint = ({ expressCustomerName, metadata }: NewExpressCustomer): Buffer =>
  fingerprintOf({ expressCustomerName, metadata });

// The input was equal, so all but the id and the time of the first answer stands in this call's own input.
function asFirstAnswered(customer: NewExpressCustomer, row: ExpressCustomerEntity): ExpressCustomerEntity {
  const { expressCustomerId, createdAt } = row;
  return { ...row, ...customer, expressCustomerId, isActive: true, userCount: 0, version: 1, updatedAt: createdAt };
}

/** @returns the customer that the key's first call created; null when this is the first. */
function claimKey(manager: EntityManager, actor: Actor, customer: NewExpressCustomer, idempotencyKey: string) {
  const { expressCustomerId } = customer;
  const keys = new IdempotencyKeyRepository(manager, actor, 'createExpressCustomer');
  return keys.claim({ idempotencyKey, fingerprint: inputFingerprint(customer), expressCustomerId });
}

/** @returns the customer that an earlier try created; null when this try is to create it. */
async function claimEarlierTry(
  manager: EntityManager,
  actor: Actor,
  customer: NewExpressCustomer,
  retryCount?: number,
) {
  if (retryCount === undefined) return null;
  const fingerprint = inputFingerprint(customer);
  const creates = new UnkeyedCreateRepository(manager, actor);
  const createdBefore = await creates.claimEarlierTry(fingerprint, retryCount);
  if (createdBefore === null) await creates.remember(fingerprint, customer.expressCustomerId, retryCount);
  return createdBefore;
}

/** How a door marks a create that has no idempotency key. */
export interface CreateOptions {
  /** Which automatic retry this is, 0 being the original; absent where a door knows nothing of retries. */
  retryCount?: number;
}

/**
 * Creates a customer in the caller's clinic, with its event. Once it returns, both are committed.
 *
 * With an idempotency key it may be repeated for 24 hours: the same key and input answer as the first call did and create
 * nothing, however many calls run at once. A key belongs to its clinic and caller; a refused input leaves it free.
 * Without one, a retry that is marked as such answers with the customer that its original made in the last ten minutes.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, IDEMPOTENCY_KEY_REUSED for another input.
 */
export async function createExpressCustomer(
  context: RequestContext,
  input: CreateExpressCustomerInput,
  { retryCount }: CreateOptions = {},
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  const customer = newCustomer(actor, input);
  const { idempotencyKey } = input;
  if (typeof idempotencyKey !== 'string' && retryCount === undefined)
    return createTogether(context.dataSource, actor.clinicId, customer);
  return inTransaction(context.dataSource, async (manager) => {
    const customers = new ExpressCustomerRepository(manager, actor.clinicId);
    const createdBefore =
      typeof idempotencyKey === 'string'
        ? await claimKey(manager, actor, customer, idempotencyKey)
        : await claimEarlierTry(manager, actor, customer, retryCount);
    if (createdBefore !== null) return asFirstAnswered(customer, await customers.get(createdBefore));
    const row = await customers.insert(customer);
    const events = new ExpressCustomerEventRepository(manager, actor.clinicId);
    await events.append(row, 'express_customer.created', changesOfCreation(customer), actor);
    return row;
  });
}
