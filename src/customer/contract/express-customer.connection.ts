import { Field, ObjectType } from 'type-graphql';
import { PageInfo } from '../../shared/page-info.type.js';
import { ExpressCustomer } from './express-customer.type.js';

@ObjectType({ description: 'A customer and its place in the list.' })
export class ExpressCustomerEdge {
  @Field({ description: 'Pass it as `after` to go on behind this customer.' })
  cursor!: string;

  @Field(() => ExpressCustomer, { description: 'The customer.' })
  node!: ExpressCustomer;
}

@ObjectType({ description: 'One page of customers.' })
export class ExpressCustomerConnection {
  @Field(() => [ExpressCustomerEdge], { description: 'The customers, each with its cursor.' })
  edges!: ExpressCustomerEdge[];

  @Field(() => [ExpressCustomer], { description: 'The customers alone.' })
  nodes!: ExpressCustomer[];

  @Field(() => PageInfo, { description: 'Whether and where the list goes on.' })
  pageInfo!: PageInfo;

  /** Counts the customers of all pages; only called when `totalCount` is selected. */
  count!: () => Promise<number>;
}
