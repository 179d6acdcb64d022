import { actorId } from '../../identity/actor.js';
import { authorise, type RequestContext } from '../../identity/request-context.js';
import type { CreateExpressCustomerInput } from '../contract/create-express-customer.input.js';
import { computeFingerprint } from '../model/fingerprint.js';
import { rememberRefusedTry } from '../persistence/create/retried-create.js';

/**
 * Remembers for a minute, in this process, that a create without an idempotency key was refused before it began. The automatic
 * retry of its client then creates a customer, and is not answered with an equal one that another call created.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:write`.
 */
export function rememberRefusedCreate(
  context: RequestContext,
  input: CreateExpressCustomerInput,
  retryCount: number,
): void {
  const actor = authorise(context, 'express:write');
  const fingerprint = computeFingerprint(input);
  rememberRefusedTry(context.dataSource, {
    clinicId: actor.clinicId,
    actorId: actorId(actor),
    fingerprint,
    retryCount,
  });
}
