import type { DataSource } from 'typeorm';
import { inTransaction } from '../../database/in-transaction.js';
import type { Actor } from '../../identity/actor.js';
import { changesBetween, type Changeable } from '../model/changes.js';
import { versionConflict } from '../model/errors.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import type { ExpressCustomerEventType } from '../model/express-customer-event.entity.js';
import { ExpressCustomerEventRepository } from '../persistence/express-customer-event.repository.js';
import { ExpressCustomerRepository } from '../persistence/express-customer.repository.js';

/** Whose customer is to be changed, and from which version on. */
export interface ChangeTarget {
  expressCustomerId: string;
  expectedVersion?: number | null;
}

export interface FieldChange {
  type: ExpressCustomerEventType;
  /** The new values of some fields, given the row as it is under its lock. May throw to refuse. */
  next(row: ExpressCustomerEntity): Partial<Changeable>;
}

/** @throws AppError VERSION_CONFLICT with the current version. */
function holdToVersion(row: ExpressCustomerEntity, expectedVersion: number | null | undefined): void {
  if (typeof expectedVersion === 'number' && expectedVersion !== row.version) throw versionConflict(row.version);
}

/**
 * Changes fields of a customer: row and event in one transaction, under the row's lock, so that concurrent changes follow
 * each other. Equal values change nothing, write no event and leave version and time as they are.
 * @throws AppError NOT_FOUND, VERSION_CONFLICT, and what `next` throws.
 */
export function changeExpressCustomer(
  dataSource: DataSource,
  actor: Actor,
  { expressCustomerId, expectedVersion }: ChangeTarget,
  change: FieldChange,
): Promise<ExpressCustomerEntity> {
  return inTransaction(dataSource, async (manager) => {
    const customers = new ExpressCustomerRepository(manager, actor.clinicId);
    const row = await customers.getLocked(expressCustomerId);
    holdToVersion(row, expectedVersion);
    const next = change.next(row);
    const changes = changesBetween(row, { ...row, ...next });
    if (changes.length === 0) return row;
    const changed = await customers.update(row, next);
    await new ExpressCustomerEventRepository(manager, actor.clinicId).append(changed, change.type, changes, actor);
    return changed;
  });
}
