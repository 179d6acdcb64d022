import { Arg, Args, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../identity/request-context.js';
import { SizedByFirst } from '../../shared/list-size-directive.js';
import { toConnection } from '../../shared/page.js';
import { ExpressCustomerConnection, toExpressCustomerConnection } from '../contract/express-customer.connection.js';
import { ExpressCustomerEventConnection, toExpressCustomerEvent } from '../contract/express-customer-event.type.js';
import { ExpressCustomerUserConnection, toUserConnection } from '../contract/express-customer-user.connection.js';
import { ExpressCustomer, toExpressCustomer } from '../contract/express-customer.type.js';
import { ExpressCustomersArgs } from '../contract/express-customers.args.js';
import { ExpressCustomerEventsArgs } from '../contract/express-customer-events.args.js';
import { PageArgs } from '../../shared/page.args.js';
import { ReadsExpress } from './scope-directives.js';
import * as useCases from '../use-cases/index.js';

@Resolver(() => ExpressCustomer)
export class ExpressCustomerResolver {
  @ReadsExpress()
  @Query(() => ExpressCustomer, {
    nullable: true,
    description: 'One customer; null if it does not exist or belongs to another clinic.',
  })
  async expressCustomer(
    @Ctx() context: RequestContext,
    @Arg('expressCustomerId', () => ID, { description: 'Id of the customer.' }) id: string,
  ): Promise<ExpressCustomer | null> {
    const row = await useCases.expressCustomer(context, id);
    return row && toExpressCustomer(row);
  }

  @ReadsExpress()
  @Query(() => ExpressCustomer, {
    nullable: true,
    description: 'The customer that has an externalReferenceId; null if no customer of the clinic has it.',
  })
  async expressCustomerByExternalReference(
    @Ctx() context: RequestContext,
    @Arg('externalReferenceId', () => ID, { description: 'Compared exactly.' }) reference: string,
  ): Promise<ExpressCustomer | null> {
    const row = await useCases.expressCustomerByExternalReference(context, reference);
    return row && toExpressCustomer(row);
  }

  @SizedByFirst()
  @ReadsExpress()
  @Query(() => ExpressCustomerConnection, {
    description: "Customers of the caller's clinic, page by page.",
  })
  async expressCustomers(
    @Ctx() context: RequestContext,
    @Args(() => ExpressCustomersArgs) args: ExpressCustomersArgs,
  ): Promise<ExpressCustomerConnection> {
    const page = await useCases.expressCustomers(context, args);
    return toExpressCustomerConnection(page);
  }

  @SizedByFirst()
  @ReadsExpress()
  @Query(() => ExpressCustomerEventConnection, {
    description:
      "Feed of all changes to the clinic's customers, in the order of the commits. Pass pageInfo.endCursor as `after` " +
      'to continue: an empty page has one too, and it stays valid for as long as the data exists. With filter.types a page may hold fewer events than `first`, ' +
      'or none, while hasNextPage is true.',
  })
  async expressCustomerEvents(
    @Ctx() context: RequestContext,
    @Args(() => ExpressCustomerEventsArgs) args: ExpressCustomerEventsArgs,
  ): Promise<ExpressCustomerEventConnection> {
    return toConnection(await useCases.expressCustomerEvents(context, args), toExpressCustomerEvent);
  }

  @SizedByFirst()
  @FieldResolver(() => ExpressCustomerUserConnection, {
    description: 'Users of this customer, in the order they were added.',
  })
  async users(
    @Ctx() context: RequestContext,
    @Root() customer: ExpressCustomer,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<ExpressCustomerUserConnection> {
    return toUserConnection(await useCases.expressCustomerUsers(context, customer.expressCustomerId, page));
  }

  @SizedByFirst()
  @FieldResolver(() => ExpressCustomerEventConnection, { description: 'Audit events of this customer, oldest first.' })
  async events(
    @Ctx() context: RequestContext,
    @Root() customer: ExpressCustomer,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<ExpressCustomerEventConnection> {
    const found = await useCases.expressCustomerHistory(context, customer.expressCustomerId, page);
    return toConnection(found, toExpressCustomerEvent);
  }
}

@Resolver(() => ExpressCustomerConnection)
export class ExpressCustomerConnectionResolver {
  @Directive('@cost(weight: 10)')
  @FieldResolver(() => Int, { description: 'Number of customers on all pages. Counted only if selected.' })
  totalCount(@Root() connection: ExpressCustomerConnection): Promise<number> {
    return connection.count();
  }
}
