import type { Actor } from '../../identity/actor.js';
import { versionConflict } from '../model/errors.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import type { ExpressCustomerEventEntity } from '../model/express-customer-event.entity.js';
import type { ExpressCustomerEventRepository } from '../persistence/express-customer-event.repository.js';

/** What a change requires of the customer: optimistic concurrency. */
export interface Precondition {
  /** The version that the caller read; absent or null when any will do. */
  expectedVersion?: number | null;
  /** Which automatic retry of the call this is, 0 being the original; absent where an API has no retries. */
  retryCount?: number | undefined;
}

const isBy = (actor: Actor, { actorApiKeyId, actorUserId }: ExpressCustomerEventEntity): boolean =>
  actor.kind === 'api-key' ? actor.apiKeyId === actorApiKeyId : actor.userId === actorUserId;

/**
 * Refuses a change whose caller has not seen the customer's current version. A retry passes when its own original, whose
 * reply was lost, made that version: the caller changed it, from the expected version, by this very change.
 * @param isSameChange whether an event is what this change does to the version before.
 * @throws AppError VERSION_CONFLICT with the current version.
 */
export async function assertExpectedVersion(
  row: ExpressCustomerEntity,
  { expectedVersion, retryCount = 0 }: Precondition,
  { actor, events }: { actor: Actor; events: ExpressCustomerEventRepository },
  isSameChange: (event: ExpressCustomerEventEntity) => boolean,
): Promise<void> {
  if (typeof expectedVersion !== 'number' || expectedVersion === row.version) return;
  if (retryCount > 0 && expectedVersion + 1 === row.version) {
    const last = await events.find(row.expressCustomerId, row.version);
    if (last && isBy(actor, last) && isSameChange(last)) return;
  }
  throw versionConflict(row.version);
}
