import type { Client } from './client.js';
import type { Organisation } from './organisations.js';

const ITEMS_PER_CALL = 100;

const UPSERT = `mutation Upsert($inputs: [UpsertExpressCustomerInput!]!) {
  upsertExpressCustomers(inputs: $inputs) {
    outcome
    expressCustomer { expressCustomerId isActive }
    errors { code message fields { path code message } }
  }
}`;

const DEACTIVATE = `mutation Deactivate($input: DeactivateExpressCustomerInput!) {
  deactivateExpressCustomer(input: $input) { version }
}`;

interface Result {
  outcome: 'CREATED' | 'UPDATED' | 'UNCHANGED' | null;
  expressCustomer: { expressCustomerId: string; isActive: boolean } | null;
  errors: { code: string; message: string; fields: { path: (string | number)[]; code: string; message: string }[] }[];
}

/** How many organisations had which outcome. */
export interface Tally {
  created: number;
  updated: number;
  unchanged: number;
  deactivated: number;
  refused: number;
}

const COUNTED = { CREATED: 'created', UPDATED: 'updated', UNCHANGED: 'unchanged' } as const;

const describeFaults = ({ errors }: Result): string =>
  errors
    .flatMap(({ code, message, fields }) => [
      `${code}: ${message}`,
      ...fields.map(({ path }) => path.slice(2).join('.')),
    ])
    .join(' ');

/** Upserts one call's worth of organisations, and deactivates those that the other system has closed. */
async function upsert(client: Client, organisations: Organisation[], tally: Tally, report: (text: string) => void) {
  const inputs = organisations.map(({ input }) => input);
  const { upsertExpressCustomers } = await client.request<{ upsertExpressCustomers: Result[] }>(UPSERT, { inputs });
  for (const [n, result] of upsertExpressCustomers.entries()) {
    if (result.outcome === null || result.expressCustomer === null) {
      tally.refused += 1;
      report(`organisation ${inputs[n]!.externalReferenceId}: ${describeFaults(result)}`);
      continue;
    }
    tally[COUNTED[result.outcome]] += 1;
    const { expressCustomerId, isActive } = result.expressCustomer;
    if (!isActive || organisations[n]!.isActive) continue;
    await client.request(DEACTIVATE, { input: { expressCustomerId } });
    tally.deactivated += 1;
  }
}

/**
 * Brings the customers in step with what the other system exports every night. It may be killed anywhere and run again: what is
 * done already is found unchanged.
 */
export async function runNightly(
  client: Client,
  organisations: Organisation[],
  report: (text: string) => void,
): Promise<Tally> {
  const tally: Tally = { created: 0, updated: 0, unchanged: 0, deactivated: 0, refused: 0 };
  for (let from = 0; from < organisations.length; from += ITEMS_PER_CALL)
    await upsert(client, organisations.slice(from, from + ITEMS_PER_CALL), tally, report);
  return tally;
}
