import type { EntityManager } from 'typeorm';
import { authorise, type RequestContext } from '../../identity/request-context.js';
import { inTransaction } from '../../database/in-transaction.js';
import { actorId, type Actor } from '../../identity/actor.js';
import { changesOfCreation } from '../model/changes.js';
import type { CreateExpressCustomerInput } from '../contract/create-express-customer.input.js';
import { createTogether, type Tries } from '../persistence/create/batched-create.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import { findFirstAnswer, type FirstAnswer } from '../persistence/create/replays.js';
import { ExpressCustomerEventRepository } from '../persistence/express-customer-event.repository.js';
import { inStoredOrder } from '../model/metadata-order.js';
import { newExpressCustomerId } from '../model/express-customer-id.js';
import { ExpressCustomerRepository, type NewExpressCustomer } from '../persistence/express-customer.repository.js';
import { UnkeyedCreateRepository } from '../persistence/create/unkeyed-create.repository.js';
import { foldForSearch } from '../model/fold-for-search.js';
import { fingerprintOf, IdempotencyKeyRepository } from '../persistence/create/idempotency-key.repository.js';

function newCustomer(actor: Actor, { expressCustomerName, metadata }: CreateExpressCustomerInput): NewExpressCustomer {
  return {
    expressCustomerId: newExpressCustomerId(),
    expressCustomerName,
    nameSearch: foldForSearch(expressCustomerName),
    metadata: inStoredOrder(metadata ?? {}),
    createdByApiKeyId: actor.kind === 'api-key' ? actor.apiKeyId : null,
    createdByUserId: actor.kind === 'user' ? actor.userId : null,
  };
}

const fingerprintOfInput = ({ expressCustomerName, metadata }: NewExpressCustomer): Buffer =>
  fingerprintOf({ expressCustomerName, metadata });

// The input was equal, so all but the id and the time of the first answer stands in this call's own input.
function asFirstAnswered(
  { clinicId }: Actor,
  customer: NewExpressCustomer,
  { expressCustomerId, createdAt }: FirstAnswer,
): ExpressCustomerEntity {
  const asCreated = { isActive: true, userCount: 0, version: 1, createdAt, updatedAt: createdAt };
  return { clinicId, ...customer, expressCustomerId, ...asCreated };
}

interface Call {
  tries: Tries;
  retryCount: number;
}

/** @returns the customer that the first try created; null when this is it. */
async function claim(manager: EntityManager, actor: Actor, customer: NewExpressCustomer, { tries, retryCount }: Call) {
  const { expressCustomerId } = customer;
  const { idempotencyKey, fingerprint } = tries;
  if (idempotencyKey !== null) {
    const keys = new IdempotencyKeyRepository(manager, actor, 'createExpressCustomer');
    return keys.claim({ idempotencyKey, fingerprint, expressCustomerId });
  }
  const creates = new UnkeyedCreateRepository(manager, actor);
  const createdBefore = await creates.claimEarlierTry(fingerprint, retryCount);
  if (createdBefore === null) await creates.remember(fingerprint, expressCustomerId, retryCount);
  return createdBefore;
}

/** Answers as the first try was answered; creates where there was none after all, such as for a key that has expired. */
async function createOnce(manager: EntityManager, actor: Actor, customer: NewExpressCustomer, call: Call) {
  const customers = new ExpressCustomerRepository(manager, actor.clinicId);
  const createdBefore = await claim(manager, actor, customer, call);
  if (createdBefore !== null) return asFirstAnswered(actor, customer, await customers.get(createdBefore));
  const row = await customers.insert(customer);
  const events = new ExpressCustomerEventRepository(manager, actor.clinicId);
  await events.append(row, 'express_customer.created', changesOfCreation(customer), actor);
  return row;
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
  const { dataSource } = context;
  const idempotencyKey = input.idempotencyKey ?? null;
  if (idempotencyKey === null && retryCount === undefined)
    return (await createTogether(dataSource, actor.clinicId, customer, null))!;
  const tries = { actorId: actorId(actor), fingerprint: fingerprintOfInput(customer), idempotencyKey };
  const isFirstTry = idempotencyKey !== null || retryCount === 0;
  const created = isFirstTry && (await createTogether(dataSource, actor.clinicId, customer, tries));
  if (created) return created;
  if (idempotencyKey !== null) {
    const first = await findFirstAnswer(dataSource, actor.clinicId, { ...tries, idempotencyKey });
    if (first) return asFirstAnswered(actor, customer, first);
  }
  const call = { tries, retryCount: retryCount ?? 0 };
  return inTransaction(dataSource, actor.clinicId, (manager) => createOnce(manager, actor, customer, call));
}
