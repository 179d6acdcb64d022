import { authorise, type RequestContext } from '../../identity/request-context.js';
import type { Page } from '../../shared/page.js';
import type { ListedCustomer } from '../model/listed-customer.js';
import { pageBytes } from '../model/row-size.js';
import { ExpressCustomerRepository } from '../persistence/express-customer.repository.js';
import { toCriteria } from '../contract/express-customer.filter.js';
import type { ExpressCustomersArgs } from '../contract/express-customers.args.js';

export interface ExpressCustomersPage extends Page<ListedCustomer> {
  /** Counts the customers of all pages. Costs in proportion to them, so call it only when asked. */
  count: () => Promise<number>;
}

/**
 * A page of the caller's clinic's customers. Its cost does not grow with how deep the page lies, and customers created
 * meanwhile neither shift nor repeat rows. Creation order is by the id, which is chosen before the commit and by the
 * instance's clock: a customer may appear before ones that were listed earlier, so whoever polls with an old cursor
 * may miss it.
 * @throws AppError UNAUTHENTICATED, FORBIDDEN without `express:read`, BAD_USER_INPUT for a cursor of another list.
 */
export async function expressCustomers(
  context: RequestContext,
  args: ExpressCustomersArgs,
): Promise<ExpressCustomersPage> {
  const { clinicId } = authorise(context, 'express:read');
  const repository = new ExpressCustomerRepository(context.dataSource.manager, clinicId);
  const list = { criteria: toCriteria(args.filter), orderBy: args.orderBy };
  const page = await repository.findPage(list, args, context.readBudget?.signal);
  context.readBudget?.spendBytes(pageBytes(page));
  return Object.assign(page, { count: () => repository.count(list) });
}
