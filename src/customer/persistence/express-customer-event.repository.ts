import type { DataSource, EntityManager } from 'typeorm';
import type { Cancellation } from '../../shared/concurrency/cancellation.js';
import type { Actor } from '../../identity/actor.js';
import { withTenantSlot } from '../../database/tenant-slots.js';
import { cursorScope, decodeCursor, encodeCursor, invalidCursor } from '../../shared/cursor.js';
import { cutPage, type Page, type PageRequest } from '../../shared/page.js';
import { perDataSource, runPrepared } from '../../database/prepared-statement.js';
import { selectColumns } from '../../database/select-columns.js';
import type { ExpressCustomerEntity } from '../model/express-customer.entity.js';
import {
  ExpressCustomerEventEntity,
  type Change,
  type ExpressCustomerEventType,
} from '../model/express-customer-event.entity.js';
import { isDistributed } from '../../database/distributed.js';
import type { EventKey } from '../model/event-id.js';
import { batchedFirstPages } from './batched-first-pages.js';
import { appendEvents } from './distributed/write-customers.js';
import { numberEvents, takePositions } from './event-positions.js';

const VERSION = /^[1-9][0-9]{0,8}$/;

function parseVersion(key: string): number {
  if (!VERSION.test(key)) throw invalidCursor();
  return Number(key);
}

// Nothing while the customer has events without a position, which come before this one.
const APPEND = `
  WITH counted AS (${takePositions(`
    SELECT $1::uuid, 1 WHERE NOT EXISTS (
      SELECT 1 FROM express_customer_events
      WHERE clinic_id = $1 AND express_customer_id = $2 AND position IS NULL)`)}
  )
  INSERT INTO express_customer_events (clinic_id, express_customer_id, version, type, occurred_at, actor_api_key_id,
    actor_user_id, changes, position)
  SELECT $1::uuid, $2::text, $3::integer, $4::text, $5::timestamptz, $6::uuid, $7::text, $8::jsonb, last_position
  FROM counted
  RETURNING position`;

const firstEvents = batchedFirstPages<ExpressCustomerEventEntity>({
  name: 'events',
  sqlOf: (dataSource) => `
    SELECT ${selectColumns(dataSource, 'event', ExpressCustomerEventEntity)} FROM express_customer_events AS event
    WHERE event.clinic_id = $1 AND event.express_customer_id = wanted.id
    ORDER BY event.version`,
});

const eventsByKey = perDataSource(
  (dataSource: DataSource) => `
    SELECT ${selectColumns(dataSource, 'event', ExpressCustomerEventEntity)}
    FROM unnest($2::text[], $3::integer[]) AS wanted (id, version)
    CROSS JOIN LATERAL (
      SELECT * FROM express_customer_events
      WHERE clinic_id = $1 AND express_customer_id = wanted.id AND version = wanted.version LIMIT 1
    ) AS event`,
);

/** The audit events of one clinic's customers. Append-only: there is no method to change or delete an event. */
export class ExpressCustomerEventRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly clinicId: string,
  ) {}

  /**
   * Writes the event of a change and takes its position in the clinic's feed; `row` is the customer after it. Call it in the
   * transaction of the change, as its last statement: other writers of the clinic wait from here to the commit.
   */
  async append(
    row: ExpressCustomerEntity,
    type: ExpressCustomerEventType,
    changes: Change[],
    actor: Actor,
  ): Promise<void> {
    const { expressCustomerId, version, updatedAt: occurredAt } = row;
    const actorApiKeyId = actor.kind === 'api-key' ? actor.apiKeyId : null;
    const actorUserId = actor.kind === 'user' ? actor.userId : null;
    const event = { expressCustomerId, version, type, occurredAt, actorApiKeyId, actorUserId, changes };
    if (isDistributed(this.manager.connection)) return appendEvents(this.manager, this.clinicId, [event]);
    const values = [this.clinicId, ...Object.values({ ...event, changes: JSON.stringify(changes) })];
    const [appended] = await this.manager.query<object[]>(APPEND, values);
    if (appended) return;
    await numberEvents(this.manager, this.clinicId, expressCustomerId);
    await this.manager.query(APPEND, values);
  }

  /** The event of the change that made a version; null when there is none. */
  find(expressCustomerId: string, version: number): Promise<ExpressCustomerEventEntity | null> {
    return this.manager.findOneBy(ExpressCustomerEventEntity, { clinicId: this.clinicId, expressCustomerId, version });
  }

  /** Those of the keys that are events of the clinic, by one statement, in no order. */
  findMany(keys: readonly EventKey[]): Promise<ExpressCustomerEventEntity[]> {
    const connection = this.manager.connection;
    return withTenantSlot(this.manager, this.clinicId, 'short', () =>
      runPrepared<ExpressCustomerEventEntity>(connection, {
        name: 'express-customer-events-get',
        text: eventsByKey(connection),
        values: [
          this.clinicId,
          keys.map(({ expressCustomerId }) => expressCustomerId),
          keys.map(({ version }) => version),
        ],
      }),
    );
  }

  /** Oldest first. @throws AppError BAD_USER_INPUT when `after` is not a cursor of this history. */
  async findPage(
    expressCustomerId: string,
    { first, after }: PageRequest,
    signal?: Cancellation,
  ): Promise<Page<ExpressCustomerEventEntity>> {
    const scope = cursorScope(this.clinicId, 'events', expressCustomerId);
    const limit = first + 1;
    const rows =
      typeof after === 'string'
        ? await this.findAfter(expressCustomerId, decodeCursor(scope, after, 1), limit)
        : await firstEvents(this.manager.connection, { clinicId: this.clinicId, limit }, expressCustomerId, signal);
    return cutPage(rows, first, after, (row) => encodeCursor(scope, [String(row.version)]));
  }

  private findAfter(
    expressCustomerId: string,
    [version]: string[],
    limit: number,
  ): Promise<ExpressCustomerEventEntity[]> {
    const query = this.manager
      .createQueryBuilder(ExpressCustomerEventEntity, 'event')
      .where('event.clinicId = :clinicId', { clinicId: this.clinicId })
      .andWhere('event.expressCustomerId = :expressCustomerId', { expressCustomerId })
      .andWhere('event.version > :version', { version: parseVersion(version!) })
      .orderBy('event.version', 'ASC')
      .limit(limit);
    return withTenantSlot(this.manager, this.clinicId, 'short', () => query.getMany());
  }
}
