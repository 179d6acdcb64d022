import type { EntityManager } from 'typeorm';
import type { Cancellation } from '../../shared/concurrency/cancellation.js';
import { runPrepared } from '../../database/prepared-statement.js';
import { selectColumns } from '../../database/select-columns.js';
import { withTenantSlot } from '../../database/tenant-slots.js';
import { badUserInput, type AppError } from '../../shared/app-error.js';
import { decodeCursor, encodeCursor, invalidCursor } from '../../shared/cursor.js';
import { cutPage, type Page, type PageRequest } from '../../shared/page.js';
import { isExpressCustomerId } from '../model/express-customer-id.js';
import { ExpressCustomerEventEntity, type ExpressCustomerEventType } from '../model/express-customer-event.entity.js';

/** Which events of the feed a page holds, and where it begins. */
export interface FeedRequest extends PageRequest {
  types?: ExpressCustomerEventType[] | null;
  expressCustomerId?: string | null;
}

/** How far one page looks for events of given types: a few milliseconds. */
const POSITIONS_PER_PAGE = 10_000;

/** The id of no customer. */
const NO_ID = '';

// Written out, as in list/batched-pages.ts: a bound limit would hide from a generic plan how few rows are wanted.
const LIMITS = [21, 51, 101];

// A cursor names a position and nothing else: it is valid in every copy of the data.
const SCOPE = 'expressCustomerEvents';
const POSITION = /^(0|[1-9][0-9]{0,14})$/;

const toCursor = (position: string | number): string => encodeCursor(SCOPE, [String(position)]);

function parsePosition(after: string | null | undefined): number {
  if (typeof after !== 'string') return 0;
  const [position] = decodeCursor(SCOPE, after, 1) as [string];
  if (!POSITION.test(position)) throw invalidCursor();
  return Number(position);
}

const afterTheEnd = (): AppError =>
  badUserInput([
    {
      path: ['after'],
      code: 'INVALID',
      message:
        'The feed ends before this cursor: the data was restored to an earlier state. Read the feed from its start.',
    },
  ]);

/** A row of the page, or the only one of an empty page, which has no event. */
type Found = Omit<ExpressCustomerEventEntity, 'version'> & { version: number | null; lastPosition: string };

interface Conditions {
  /** Distinguishes their statement. */
  name: string;
  where: string[];
  values: unknown[];
  /** SQL of the order of positions, by the index that finds the events. */
  order: string;
  /** The last position that the conditions look at. */
  end: number;
}

function buildConditions(position: number, { types, expressCustomerId }: FeedRequest): Conditions {
  const conditions: Conditions = { name: 'all', where: [], values: [], order: 'event.position', end: Infinity };
  const add = (value: unknown, condition: (bound: string) => string) => {
    conditions.values.push(value);
    conditions.where.push(condition(`$${conditions.values.length + 2}`));
  };
  if (types) {
    conditions.name = 'types';
    add(types, (bound) => `AND event.type = ANY (${bound}::text[])`);
  }
  if (typeof expressCustomerId === 'string') {
    conditions.name += '-of-customer';
    const id = isExpressCustomerId(expressCustomerId) ? expressCustomerId : NO_ID;
    add(id, (bound) => `AND event.express_customer_id = ${bound}::text`);
    // Which is the order of positions too.
    conditions.order = 'event.version';
  } else if (types) {
    conditions.end = position + POSITIONS_PER_PAGE;
    add(conditions.end, (bound) => `AND event.position <= ${bound}::bigint`);
  }
  return conditions;
}

// The counter and the events in one statement, so that both are of one moment.
async function find(
  manager: EntityManager,
  clinicId: string,
  position: number,
  { limit, name, where, values, order }: Conditions & { limit: number },
): Promise<Found[]> {
  const text = `
    SELECT feed.last_position AS "lastPosition", event.*
    FROM (
      SELECT coalesce((SELECT last_position FROM event_counters WHERE clinic_id = $1::uuid), 0) AS last_position
    ) AS feed
    LEFT JOIN LATERAL (
      SELECT ${selectColumns(manager.connection, 'event', ExpressCustomerEventEntity)}
      FROM express_customer_events AS event
      WHERE event.clinic_id = $1::uuid AND event.position > $2::bigint ${where.join(' ')}
      ORDER BY ${order} LIMIT ${limit}
    ) AS event ON true`;
  const statement = { name: `event-feed-${name}-${limit}`, text, values: [clinicId, position, ...values] };
  return runPrepared<Found>(manager.connection, statement);
}

/**
 * The events after a position, in order; only such as have a position, which then see all below them. `endCursor` is from
 * where to continue: also of an empty page, and after events that the conditions left out.
 * @throws AppError BAD_USER_INPUT when `after` is not a cursor of a feed, or the clinic has no such position.
 */
export async function findEventsAfter(
  manager: EntityManager,
  clinicId: string,
  request: FeedRequest,
  signal?: Cancellation,
): Promise<Page<ExpressCustomerEventEntity>> {
  const { first, after } = request;
  const position = parsePosition(after);
  const conditions = buildConditions(position, request);
  const limit = LIMITS.find((most) => first < most) ?? first + 1;
  signal?.throwIfAborted();
  const found = await withTenantSlot(manager, clinicId, 'short', () =>
    find(manager, clinicId, position, { ...conditions, limit }),
  );
  const lastPosition = Number(found[0]!.lastPosition);
  if (position > lastPosition) throw afterTheEnd();
  const rows = found.filter((row): row is Found & ExpressCustomerEventEntity => row.version !== null);
  const page = cutPage(rows.slice(0, first + 1), first, after, (row) => toCursor(row.position!));
  const covered = page.hasNextPage ? Number(page.rows.at(-1)!.position) : Math.min(conditions.end, lastPosition);
  return { ...page, hasNextPage: covered < lastPosition, endCursor: toCursor(covered) };
}
