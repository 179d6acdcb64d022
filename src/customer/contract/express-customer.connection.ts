import { Field, ObjectType } from 'type-graphql';
import { PageInfo } from '../../shared/page-info.type.js';
import { TextPage, toConnection, type Page } from '../../shared/page.js';
import { WRITE_LIST, type ListWriter } from '../../shared/written-list.js';
import type { ListedCustomer } from '../model/listed-customer.js';
import { writeCustomers } from './customer-json.js';
import { ExpressCustomer, toExpressCustomer } from './express-customer.type.js';

@ObjectType({ description: 'A customer, with its cursor.' })
export class ExpressCustomerEdge {
  @Field({ description: 'Cursor: pass as `after` to continue after this customer.' })
  cursor!: string;

  @Field(() => ExpressCustomer, { description: 'The customer.' })
  node!: ExpressCustomer;
}

@ObjectType({ description: 'One page of customers.' })
export class ExpressCustomerConnection {
  @Field(() => [ExpressCustomerEdge], { description: 'The customers of this page, each with its cursor.' })
  edges!: ExpressCustomerEdge[];

  @Field(() => [ExpressCustomer], { description: 'The customers of this page.' })
  nodes!: ExpressCustomer[];

  @Field(() => PageInfo, { description: 'Whether the list continues, and the cursors of this page.' })
  pageInfo!: PageInfo;

  /** Counts the customers on all pages; called only if `totalCount` is selected. */
  count!: () => Promise<number>;
}

const toWriter = (page: TextPage<ListedCustomer>): ListWriter => ({
  [WRITE_LIST]: (name, fields) => writeCustomers(page, name, fields),
});

/** A page as a connection. The only way besides it is `toExpressCustomer`: both name what is answered. */
export function toExpressCustomerConnection(
  page: Page<ListedCustomer> & { count: () => Promise<number> },
): ExpressCustomerConnection {
  const connection = Object.assign(toConnection(page, toExpressCustomer), { count: page.count });
  return page instanceof TextPage ? Object.assign(connection, toWriter(page)) : connection;
}
