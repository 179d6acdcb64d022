import type { Actor } from '../../identity/actor.js';
import type { Changeable } from '../model/changes.js';
import type { Change, ExpressCustomerEventType } from '../model/express-customer-event.entity.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';

/** What a use case decides about a new customer; the table's defaults decide the rest. */
export type NewExpressCustomer = Pick<
  ExpressCustomerEntity,
  | 'expressCustomerId'
  | 'expressCustomerName'
  | 'nameSearch'
  | 'externalReferenceId'
  | 'metadata'
  | 'createdByApiKeyId'
  | 'createdByUserId'
>;

/** A customer to create, and the values of the columns that a deduplicated create adds. */
export interface CreateItem {
  customer: NewExpressCustomer;
  added?: object;
}

/** What the database answers for a customer that was written. */
export type WrittenRow = Pick<
  ExpressCustomerEntity,
  'expressCustomerId' | 'isActive' | 'userCount' | 'version' | 'createdAt' | 'updatedAt'
>;

/** A customer to create. */
export interface Creation {
  kind: 'create';
  customer: NewExpressCustomer;
}

/** A real change to a customer, computed from the row as it was read. */
export interface Update {
  kind: 'update';
  row: ExpressCustomerEntity;
  next: Changeable;
  type: ExpressCustomerEventType;
  changes: Change[];
  actor: Actor;
}

export type Write = Creation | Update;
