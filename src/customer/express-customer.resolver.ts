import { Arg, Args, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../identity/request-context.js';
import { toConnection } from '../shared/page.js';
import { CreateExpressCustomerInput } from './create-express-customer.input.js';
import { ExpressCustomerConnection } from './express-customer.connection.js';
import { ExpressCustomer, toExpressCustomer } from './express-customer.type.js';
import { ExpressCustomersArgs } from './express-customers.args.js';
import { ReadsExpress, WritesExpress } from './scope-directives.js';
import * as useCases from './use-cases/index.js';

@Resolver(() => ExpressCustomer)
export class ExpressCustomerResolver {
  @ReadsExpress()
  @Query(() => ExpressCustomer, {
    nullable: true,
    description: 'One customer; null when it does not exist or belongs to another clinic.',
  })
  async expressCustomer(
    @Ctx() context: RequestContext,
    @Arg('expressCustomerId', () => ID, { description: 'The id that createExpressCustomer returned.' }) id: string,
  ): Promise<ExpressCustomer | null> {
    const row = await useCases.expressCustomer(context, id);
    return row && toExpressCustomer(row);
  }

  @ReadsExpress()
  @Query(() => ExpressCustomerConnection, {
    description: "Customers of the caller's clinic, newest first unless ordered otherwise. `first` is 1-100.",
  })
  async expressCustomers(
    @Ctx() context: RequestContext,
    @Args(() => ExpressCustomersArgs) args: ExpressCustomersArgs,
  ): Promise<ExpressCustomerConnection> {
    const page = await useCases.expressCustomers(context, args);
    return { ...toConnection(page, toExpressCustomer), count: page.count };
  }

  @WritesExpress()
  @Mutation(() => ExpressCustomer, { description: 'Creates a customer with a unique identifier and a name.' })
  async createExpressCustomer(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateExpressCustomerInput, { description: 'The new customer.' })
    input: CreateExpressCustomerInput,
  ): Promise<ExpressCustomer> {
    return toExpressCustomer(await useCases.createExpressCustomer(context, input));
  }
}

@Resolver(() => ExpressCustomerConnection)
export class ExpressCustomerConnectionResolver {
  @Directive('@cost(weight: 10)')
  @FieldResolver(() => Int, { description: 'Customers on all pages together. Counted only when selected.' })
  totalCount(@Root() connection: ExpressCustomerConnection): Promise<number> {
    return connection.count();
  }
}
