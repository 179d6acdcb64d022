import { actorId, type Actor } from '../../identity/actor.js';
import { authorise, type RequestContext } from '../../identity/request-context.js';
import type { CreateExpressCustomerInput } from '../contract/create-express-customer.input.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import { newExpressCustomerId } from '../model/express-customer-id.js';
import { computeFingerprint } from '../model/fingerprint.js';
import { foldForSearch } from '../model/fold-for-search.js';
import { inStoredOrder } from '../model/metadata-order.js';
import { createBatched } from '../persistence/create/batched-create.js';
import type { NewExpressCustomer } from '../persistence/customer-writes.js';
import { createIdempotently } from '../persistence/create/idempotent-create.js';
import { createForClient } from '../persistence/create/retried-create.js';
import { nameReferenceHolder } from './references/name-reference-holder.js';

/** A new customer as the actor asks for it. */
export function buildCustomer(
  actor: Actor,
  { expressCustomerName, externalReferenceId, metadata }: CreateExpressCustomerInput,
): NewExpressCustomer {
  return {
    expressCustomerId: newExpressCustomerId(),
    expressCustomerName,
    nameSearch: foldForSearch(expressCustomerName),
    externalReferenceId: externalReferenceId ?? null,
    metadata: inStoredOrder(metadata ?? {}),
    createdByApiKeyId: actor.kind === 'api-key' ? actor.apiKeyId : null,
    createdByUserId: actor.kind === 'user' ? actor.userId : null,
  };
}

export interface CreateOptions {
  /**
   * Which automatic retry of a client library this is, 0 being the original; null when the client does not count its tries;
   * absent where an API has no automatic retries.
   */
  retryCount?: number | null;
}

type Deduplication =
  | { by: 'none' }
  | { by: 'idempotency-key'; idempotencyKey: string }
  | { by: 'client-retry'; retryCount: number; isCounted: boolean };

function chooseDeduplication(
  { idempotencyKey }: CreateExpressCustomerInput,
  { retryCount }: CreateOptions,
): Deduplication {
  if (typeof idempotencyKey === 'string') return { by: 'idempotency-key', idempotencyKey };
  if (retryCount === undefined) return { by: 'none' };
  return { by: 'client-retry', retryCount: retryCount ?? 0, isCounted: retryCount !== null };
}

function createOnce(
  { dataSource, signal }: RequestContext,
  actor: Actor,
  customer: NewExpressCustomer,
  deduplication: Deduplication,
): Promise<ExpressCustomerEntity> {
  const { clinicId } = actor;
  const identity = () => ({ clinicId, actorId: actorId(actor), fingerprint: computeFingerprint(customer) });
  switch (deduplication.by) {
    case 'none':
      return createBatched(dataSource, clinicId, customer, signal);
    case 'idempotency-key':
      return createIdempotently(dataSource, customer, { ...identity(), ...deduplication }, signal);
    case 'client-retry':
      return createForClient(dataSource, customer, { ...identity(), ...deduplication }, signal);
  }
}

/**
 * Creates a customer in the caller's clinic, with its audit event: both or neither, and on disk when this returns. If the caller
 * hangs up before the create has begun, nothing is created; a create that has begun is finished.
 *
 * With an idempotency key it may be repeated for 24 hours: the same key and input return what the first call returned and
 * create nothing, however many calls run at the same time. A key belongs to its clinic and caller; a call that fails leaves it free.
 * Without one, a client library's automatic retry returns the customer that an earlier try of the same body made, as far as
 * tries can be distinguished (docs/decisions/0050-one-customer-per-create.md). Otherwise each call creates another customer.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`, IDEMPOTENCY_KEY_REUSED when the key was used with another
 * input, EXTERNAL_REFERENCE_TAKEN when another customer of the clinic has the reference, SERVICE_UNAVAILABLE when the caller has hung up.
 */
export async function createExpressCustomer(
  context: RequestContext,
  input: CreateExpressCustomerInput,
  options: CreateOptions = {},
): Promise<ExpressCustomerEntity> {
  const actor = authorise(context, 'express:write');
  const customer = buildCustomer(actor, input);
  return nameReferenceHolder(context, actor, customer.externalReferenceId, () =>
    createOnce(context, actor, customer, chooseDeduplication(input, options)),
  );
}
