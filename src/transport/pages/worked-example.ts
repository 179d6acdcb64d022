/** An operation to try, with its variables. Where it needs a customer, its first line says which. */
export interface WorkedExample {
  document: string;
  variables: Record<string, unknown>;
}

/** Stands in the examples for the id of the reader's newest customer, which the explorer fills in. */
export const ANY_CUSTOMER_ID = `cus_${'0'.repeat(32)}`;

/** Stands in the examples for the id of an API key of the reader's own. */
export const ANY_API_KEY_ID = '00000000-0000-4000-8000-000000000000';

export const NEEDS_ID = '# For your newest customer: its id is filled in once there is one.';
