import { isDeepStrictEqual } from 'node:util';
import { inTransaction } from '../../database/in-transaction.js';
import type { Actor } from '../../identity/actor.js';
import type { RequestContext } from '../../identity/request-context.js';
import { changesBetween, stateBefore, type Changeable } from '../model/changes.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import type { ExpressCustomerEventEntity, ExpressCustomerEventType } from '../model/express-customer-event.entity.js';
import { inStoredOrder } from '../model/metadata-order.js';
import { ExpressCustomerEventRepository } from '../persistence/express-customer-event.repository.js';
import { ExpressCustomerRepository } from '../persistence/express-customer.repository.js';
import { assertExpectedVersion, type Precondition } from './precondition.js';

/** Which customer to change, and from which version on. */
export interface ChangeTarget extends Pick<Precondition, 'expectedVersion'> {
  expressCustomerId: string;
}

export interface FieldChange {
  type: ExpressCustomerEventType;
  /** Computes the new values of some fields from the locked row. May throw to reject the change. */
  next(row: ExpressCustomerEntity): Partial<Changeable>;
}

function computeNext(change: FieldChange, row: ExpressCustomerEntity): Partial<Changeable> {
  const { metadata, ...next } = change.next(row);
  return metadata === undefined ? next : { ...next, metadata: inStoredOrder(metadata) };
}

const computeChanges = (change: FieldChange, row: ExpressCustomerEntity) =>
  changesBetween(row, { ...row, ...change.next(row) });

// Undoing what the event lists gives the customer as the change would have found it.
function isEventOf(change: FieldChange, row: ExpressCustomerEntity, event: ExpressCustomerEventEntity): boolean {
  const before = { ...row, ...stateBefore(row, event.changes) };
  return event.type === change.type && isDeepStrictEqual(computeChanges(change, before), event.changes);
}

/**
 * Changes fields of a customer, atomically: row and audit event are one transaction, under the row's lock, so that concurrent
 * changes follow each other and none is lost. Equal values change nothing: no event, same version, same `updatedAt`.
 * @throws AppError NOT_FOUND, VERSION_CONFLICT, and what `next` throws.
 */
export function changeExpressCustomer(
  { dataSource, signal }: Pick<RequestContext, 'dataSource' | 'signal'>,
  actor: Actor,
  { expressCustomerId, ...precondition }: ChangeTarget & Precondition,
  change: FieldChange,
): Promise<ExpressCustomerEntity> {
  return inTransaction(dataSource, { clinicId: actor.clinicId, signal }, async (manager) => {
    const customers = new ExpressCustomerRepository(manager, actor.clinicId);
    const row = await customers.getLocked(expressCustomerId);
    const events = new ExpressCustomerEventRepository(manager, actor.clinicId);
    await assertExpectedVersion(row, precondition, { actor, events }, (event) => isEventOf(change, row, event));
    const next = computeNext(change, row);
    const changes = changesBetween(row, { ...row, ...next });
    if (changes.length === 0) return row;
    const changed = await customers.update(row, next);
    await events.append(changed, change.type, changes, actor);
    return changed;
  });
}
