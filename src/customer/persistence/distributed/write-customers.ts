import type { EntityManager } from 'typeorm';
import { changesOfCreation } from '../../model/changes.js';
import type { Change, ExpressCustomerEventType } from '../../model/express-customer-event.entity.js';
import { foldForSearch } from '../../model/fold-for-search.js';
import type { Creation, NewExpressCustomer, Update, Write, WrittenRow } from '../customer-writes.js';
import { takePositions } from '../event-positions.js';
import { insertRows, type RowsOf } from './insert-rows.js';

const WRITTEN = `express_customer_id AS "expressCustomerId", is_active AS "isActive", user_count AS "userCount", version,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

const CUSTOMERS: RowsOf<NewExpressCustomer> = {
  table: 'express_customers',
  columns: {
    express_customer_id: ({ expressCustomerId }) => expressCustomerId,
    express_customer_name: ({ expressCustomerName }) => expressCustomerName,
    name_search: ({ nameSearch }) => nameSearch,
    external_reference_id: ({ externalReferenceId }) => externalReferenceId,
    metadata: ({ metadata }) => JSON.stringify(metadata),
    created_by_api_key_id: ({ createdByApiKeyId }) => createdByApiKeyId,
    created_by_user_id: ({ createdByUserId }) => createdByUserId,
  },
  ending: `ON CONFLICT (clinic_id, external_reference_id) WHERE external_reference_id IS NOT NULL DO NOTHING
    RETURNING ${WRITTEN}`,
};

/** An event that has no position yet. */
export interface NewEvent {
  expressCustomerId: string;
  version: number;
  type: ExpressCustomerEventType;
  occurredAt: Date;
  actorApiKeyId: string | null;
  actorUserId: string | null;
  changes: Change[];
}

const EVENTS: RowsOf<NewEvent & { position: string }> = {
  table: 'express_customer_events',
  columns: {
    express_customer_id: ({ expressCustomerId }) => expressCustomerId,
    version: ({ version }) => version,
    type: ({ type }) => type,
    occurred_at: ({ occurredAt }) => occurredAt,
    actor_api_key_id: ({ actorApiKeyId }) => actorApiKeyId,
    actor_user_id: ({ actorUserId }) => actorUserId,
    changes: ({ changes }) => JSON.stringify(changes),
    position: ({ position }) => position,
  },
};

const TAKE_POSITIONS = takePositions('VALUES ($1::uuid, $2::bigint)');

/** Writes events and takes their positions. The last thing that a transaction does: other writers of the clinic wait from here on. */
export async function appendEvents(manager: EntityManager, clinicId: string, events: NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  type Taken = { last_position: string };
  const [taken] = await manager.query<[Taken]>(TAKE_POSITIONS, [clinicId, events.length]);
  const first = BigInt(taken.last_position) - BigInt(events.length - 1);
  const numbered = events.map((event, n) => ({ ...event, position: String(first + BigInt(n)) }));
  await insertRows(manager, EVENTS, clinicId, numbered);
}

const byReference = (one: NewExpressCustomer, other: NewExpressCustomer): number =>
  (one.externalReferenceId ?? '') < (other.externalReferenceId ?? '') ? -1 : 1;

const toCreationEvent = (customer: NewExpressCustomer, { version, updatedAt }: WrittenRow): NewEvent => ({
  expressCustomerId: customer.expressCustomerId,
  version,
  type: 'express_customer.created',
  occurredAt: updatedAt,
  actorApiKeyId: customer.createdByApiKeyId,
  actorUserId: customer.createdByUserId,
  changes: changesOfCreation(customer),
});

const toUpdateEvent = ({ row, type, changes, actor }: Update, { version, updatedAt }: WrittenRow): NewEvent => ({
  expressCustomerId: row.expressCustomerId,
  version,
  type,
  occurredAt: updatedAt,
  actorApiKeyId: actor.kind === 'api-key' ? actor.apiKeyId : null,
  actorUserId: actor.kind === 'user' ? actor.userId : null,
  changes,
});

const UPDATE = `
  UPDATE express_customers SET express_customer_name = $4, name_search = $5, is_active = $6, metadata = $7,
    version = version + 1, updated_at = greatest(statement_timestamp(), updated_at)
  WHERE clinic_id = $1 AND express_customer_id = $2 AND version = $3
  RETURNING ${WRITTEN}`;

async function update(
  manager: EntityManager,
  clinicId: string,
  { row, next }: Update,
): Promise<WrittenRow | undefined> {
  const { expressCustomerName: name, isActive, metadata } = next;
  const values = [clinicId, row.expressCustomerId, row.version, name, foldForSearch(name), isActive];
  // TypeORM answers an UPDATE with its rows and their number.
  const [rows] = await manager.query<[WrittenRow[], number]>(UPDATE, [...values, JSON.stringify(metadata)]);
  return rows[0];
}

/**
 * Does what `WRITE` does, table by table: in the same order, so that transactions that share customers, references or the
 * counter of the feed cannot deadlock. Call it in a transaction, as its last thing.
 */
export async function writeCustomers(manager: EntityManager, clinicId: string, writes: Write[]): Promise<WrittenRow[]> {
  const rows: WrittenRow[] = [];
  const events: NewEvent[] = [];
  const updates = writes.filter((write): write is Update => write.kind === 'update');
  for (const write of updates.sort((one, other) =>
    one.row.expressCustomerId < other.row.expressCustomerId ? -1 : 1,
  )) {
    const row = await update(manager, clinicId, write);
    if (!row) continue;
    rows.push(row);
    events.push(toUpdateEvent(write, row));
  }
  const creations = writes.filter((write): write is Creation => write.kind === 'create');
  const customers = new Map(creations.map(({ customer }) => [customer.expressCustomerId, customer]));
  const created = await insertRows<NewExpressCustomer, WrittenRow>(
    manager,
    CUSTOMERS,
    clinicId,
    [...customers.values()].sort(byReference),
  );
  for (const row of created) events.push(toCreationEvent(customers.get(row.expressCustomerId)!, row));
  events.sort((one, other) => (one.expressCustomerId < other.expressCustomerId ? -1 : 1));
  await appendEvents(manager, clinicId, events);
  return [...rows, ...created];
}

/** Creates customers with their events, but for those whose reference another customer has. */
export const createCustomers = (
  manager: EntityManager,
  clinicId: string,
  customers: NewExpressCustomer[],
): Promise<WrittenRow[]> =>
  writeCustomers(
    manager,
    clinicId,
    customers.map((customer) => ({ kind: 'create', customer })),
  );
