import type { CustomerQuery } from '../operations/documents.js';

/** A customer as its view shows it. */
export type Customer = NonNullable<CustomerQuery['expressCustomer']>;
