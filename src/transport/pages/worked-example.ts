/** An operation to try, with its variables. Where it needs a customer, its first line says so. */
export interface WorkedExample {
  document: string;
  variables: Record<string, unknown>;
}
