import { authorise, type RequestContext } from '../../identity/request-context.js';
import { parseEventId } from '../model/event-id.js';
import type { ExpressCustomerEventEntity } from '../model/express-customer-event.entity.js';
import { eventBytes } from '../model/row-size.js';
import { ExpressCustomerEventRepository } from '../persistence/express-customer-event.repository.js';

/**
 * Gets several audit events of the caller's clinic with one statement, in the order of the ids. Unknown ids, malformed ids and
 * those of another clinic all return null in their place.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:read`.
 */
export async function expressCustomerEventsById(
  context: RequestContext,
  eventIds: string[],
): Promise<(ExpressCustomerEventEntity | null)[]> {
  const { clinicId } = authorise(context, 'express:read');
  const keys = eventIds.map(parseEventId);
  const known = keys.filter((key) => key !== null);
  if (known.length === 0) return eventIds.map(() => null);
  const rows = await new ExpressCustomerEventRepository(context.dataSource.manager, clinicId).findMany(known);
  context.readBudget?.spend(rows, eventBytes);
  return keys.map(
    (key) =>
      rows.find((row) => row.expressCustomerId === key?.expressCustomerId && row.version === key.version) ?? null,
  );
}
