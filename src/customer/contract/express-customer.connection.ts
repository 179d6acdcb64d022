import { Field, ObjectType } from 'type-graphql';
import { PageInfo } from '../../shared/page-info.type.js';
import { ExpressCustomer } from './express-customer.type.js';

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
