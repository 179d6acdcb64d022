import type { EntityManager } from 'typeorm';
import type { WrittenRow, CreateItem, NewExpressCustomer } from '../customer-writes.js';
import { insertRows, type RowsOf } from './insert-rows.js';
import { createCustomers } from './write-customers.js';

interface Keyed extends CreateItem {
  added: { actor_id: string; key: string; fingerprint: string };
}

const KEYS: RowsOf<Keyed> = {
  table: 'idempotency_keys',
  columns: {
    actor_id: ({ added }) => added.actor_id,
    operation: () => 'createExpressCustomer',
    idempotency_key: ({ added }) => added.key,
    fingerprint: ({ added }) => Buffer.from(added.fingerprint, 'hex'),
    express_customer_id: ({ customer }) => customer.expressCustomerId,
  },
  ending: `ON CONFLICT (clinic_id, actor_id, operation, idempotency_key) DO NOTHING
    RETURNING express_customer_id AS "expressCustomerId"`,
};

const FREE_KEYS = 'DELETE FROM idempotency_keys WHERE clinic_id = $1 AND express_customer_id = ANY ($2::text[])';

const orderOf = ({ added }: Keyed): string => `${added.actor_id} ${added.key}`;

type Named = Pick<NewExpressCustomer, 'expressCustomerId'>;

const idsOf = (rows: Named[]): Set<string> => new Set(rows.map(({ expressCustomerId }) => expressCustomerId));

/** Claims the keys that are free and creates their customers. A key whose call wants a reference that is taken stays free. */
export async function createWithFreeKeys(
  manager: EntityManager,
  clinicId: string,
  items: CreateItem[],
): Promise<WrittenRow[]> {
  // In one order, or two transactions could wait for each other.
  const keyed = [...(items as Keyed[])].sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
  const claimed = idsOf(await insertRows<Keyed, Named>(manager, KEYS, clinicId, keyed));
  const customers = items.map(({ customer }) => customer).filter((customer) => claimed.has(customer.expressCustomerId));
  const created = await createCustomers(manager, clinicId, customers);
  const isCreated = idsOf(created);
  const without = [...claimed].filter((id) => !isCreated.has(id));
  if (without.length > 0) await manager.query(FREE_KEYS, [clinicId, without]);
  return created;
}

interface Try extends CreateItem {
  added: { actor_id: string; fingerprint: string; tries: number[]; may_be_late: boolean };
}

const TRIES: RowsOf<Try> = {
  table: 'unkeyed_creates',
  columns: {
    actor_id: ({ added }) => added.actor_id,
    fingerprint: ({ added }) => Buffer.from(added.fingerprint, 'hex'),
    express_customer_id: ({ customer }) => customer.expressCustomerId,
    retry_count: ({ added }) => added.tries.at(-1),
    tries: ({ added }) => added.tries,
  },
};

const OVERTAKEN = `
  SELECT actor_id || ' ' || encode(fingerprint, 'hex') AS call FROM unkeyed_creates
  WHERE clinic_id = $1 AND actor_id = ANY ($2::text[]) AND fingerprint = ANY ($3::bytea[])
    AND NOT 0 = ANY (tries) AND created_at + $4::interval > statement_timestamp()`;

/** Creates customers for tries, but not for an original whose own retry may have created one within `lateFor`. */
export async function createForTries(
  manager: EntityManager,
  clinicId: string,
  items: CreateItem[],
  lateFor: string,
): Promise<WrittenRow[]> {
  const tries = items as Try[];
  const late = tries.filter(({ added }) => added.may_be_late);
  const actors = late.map(({ added }) => added.actor_id);
  const fingerprints = late.map(({ added }) => Buffer.from(added.fingerprint, 'hex'));
  const values = [clinicId, actors, fingerprints, lateFor];
  const overtaken = late.length === 0 ? [] : await manager.query<{ call: string }[]>(OVERTAKEN, values);
  const calls = new Set(overtaken.map(({ call }) => call));
  const wanted = tries.filter(
    ({ added }) => !added.may_be_late || !calls.has(`${added.actor_id} ${added.fingerprint}`),
  );
  await insertRows(manager, TRIES, clinicId, wanted);
  return createCustomers(
    manager,
    clinicId,
    wanted.map(({ customer }) => customer),
  );
}
