/** An operation to try, with its variables. Where it needs a customer, its first line says so. */
export interface WorkedExample {
  document: string;
  variables: Record<string, unknown>;
}

/** Stands in the examples for the id of a customer of the reader's own. */
export const ANY_CUSTOMER_ID = `cus_${'0'.repeat(32)}`;

export const NEEDS_ID = '# Put the expressCustomerId of one of your customers into the variables.';
