import type { ExpressCustomerEntity } from './express-customer.entity.js';

/** What is read of a customer that is answered: not the columns that only conditions and orders use. */
export type ListedCustomer = Omit<ExpressCustomerEntity, 'clinicId' | 'nameSearch'>;

/** A customer in the text of a list: the place of each column. Those that hold any text are JSON, and empty for null. */
export const TEXT_COLUMN = {
  expressCustomerId: 0,
  isActive: 1,
  userCount: 2,
  version: 3,
  createdAt: 4,
  updatedAt: 5,
  createdByApiKeyId: 6,
  createdByUserId: 7,
  metadata: 8,
  externalReferenceId: 9,
  expressCustomerName: 10,
} as const satisfies Record<keyof ListedCustomer, number>;
