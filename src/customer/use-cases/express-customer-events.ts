import { authorise, type RequestContext } from '../../identity/request-context.js';
import type { Page } from '../../shared/page.js';
import type { ExpressCustomerEventsArgs } from '../contract/express-customer-events.args.js';
import type { ExpressCustomerEventEntity } from '../model/express-customer-event.entity.js';
import { eventBytes } from '../model/row-size.js';
import { findEventsAfter } from '../persistence/event-feed.js';

/**
 * Gets a page of the feed of all changes in the caller's clinic, by position: 1, 2, 3, ... in the order of the commits, without a
 * gap. Whoever continues from `endCursor` sees every event once and in order, however often it asks and whatever is written
 * meanwhile; an empty page has one too. A cursor stays valid for as long as the data exists, also after a dump and restore. With types in
 * the filter, a page may hold fewer events than asked for, or none, though more follow: it then covers 10,000 positions.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:read`, BAD_USER_INPUT for a cursor that no feed made or whose
 * position the clinic does not have.
 */
export async function expressCustomerEvents(
  context: RequestContext,
  args: ExpressCustomerEventsArgs,
): Promise<Page<ExpressCustomerEventEntity>> {
  const { clinicId } = authorise(context, 'express:read');
  const request = { ...args, ...args.filter };
  const found = await findEventsAfter(context.dataSource.manager, clinicId, request, context.readBudget?.signal);
  context.readBudget?.spend(found.rows, eventBytes);
  return found;
}
