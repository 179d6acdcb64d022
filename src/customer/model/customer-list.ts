import type { Metadata } from './express-customer.entity.js';

/** The orders of a list of customers; customers of the same name or time follow one another as they were created. */
export enum ExpressCustomerOrder {
  CREATED_AT_ASC = 'CREATED_AT_ASC',
  CREATED_AT_DESC = 'CREATED_AT_DESC',
  NAME_ASC = 'NAME_ASC',
  NAME_DESC = 'NAME_DESC',
  UPDATED_AT_ASC = 'UPDATED_AT_ASC',
  UPDATED_AT_DESC = 'UPDATED_AT_DESC',
}

/** Which customers a list holds. A condition that is absent restricts nothing, so criteria of one meaning are equal. */
export interface Criteria {
  /** Part of the name, folded as the stored name is. */
  namePart?: string;
  isActive?: boolean;
  externalReferenceId?: string;
  metadata?: Metadata;
  /** Excluded, like every earlier time; in the form of `toISOString`. */
  createdAfter?: string;
  updatedAfter?: string;
}

/** A list of customers: which ones, and in which order. */
export interface CustomerList {
  criteria: Criteria;
  orderBy: ExpressCustomerOrder;
}
