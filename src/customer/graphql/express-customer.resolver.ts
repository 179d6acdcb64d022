import { Arg, Args, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../identity/request-context.js';
import { SizedByFirst } from '../contract/list-size-directive.js';
import { toConnection } from '../../shared/page.js';
import { DeactivateExpressCustomerInput, ReactivateExpressCustomerInput } from '../contract/activation.inputs.js';
import { CreateExpressCustomerInput } from '../contract/create-express-customer.input.js';
import { ExpressCustomerConnection } from '../contract/express-customer.connection.js';
import { EditExpressCustomerMetadataInput } from '../contract/edit-express-customer-metadata.input.js';
import { ExpressCustomerEventConnection, toExpressCustomerEvent } from '../contract/express-customer-event.type.js';
import { ExpressCustomerUserConnection, toUserConnection } from '../contract/express-customer-user.connection.js';
import { ExpressCustomer, toExpressCustomer } from '../contract/express-customer.type.js';
import { ExpressCustomersArgs } from '../contract/express-customers.args.js';
import { AddUserToExpressCustomerInput, RemoveUserFromExpressCustomerInput } from '../contract/membership.inputs.js';
import { PageArgs } from '../contract/page.args.js';
import { ReadsExpress, WritesExpress } from './scope-directives.js';
import { UpdateExpressCustomerInput } from '../contract/update-express-customer.input.js';
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
    return Object.assign(toConnection(page, toExpressCustomer), { count: page.count });
  }

  @WritesExpress()
  @Mutation(() => ExpressCustomer, { description: 'Creates a customer.' })
  async createExpressCustomer(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateExpressCustomerInput, { description: 'The new customer.' })
    input: CreateExpressCustomerInput,
  ): Promise<ExpressCustomer> {
    return toExpressCustomer(await useCases.createExpressCustomer(context, input));
  }

  @WritesExpress()
  @Mutation(() => ExpressCustomer, {
    description: 'Changes the given fields of a customer. A call that changes nothing succeeds and keeps the version.',
  })
  async updateExpressCustomer(
    @Ctx() context: RequestContext,
    @Arg('input', () => UpdateExpressCustomerInput, { description: 'The customer and its new values.' })
    input: UpdateExpressCustomerInput,
  ): Promise<ExpressCustomer> {
    return toExpressCustomer(await useCases.updateExpressCustomer(context, input));
  }

  @WritesExpress()
  @Mutation(() => ExpressCustomer, {
    description: 'Sets and unsets single metadata keys atomically; other keys survive concurrent edits.',
  })
  async editExpressCustomerMetadata(
    @Ctx() context: RequestContext,
    @Arg('input', () => EditExpressCustomerMetadataInput, { description: 'The customer and the metadata keys.' })
    input: EditExpressCustomerMetadataInput,
  ): Promise<ExpressCustomer> {
    return toExpressCustomer(await useCases.editExpressCustomerMetadata(context, input));
  }

  @WritesExpress()
  @Mutation(() => ExpressCustomer, {
    description:
      'Closes a customer to new studies and new users. Existing data is kept. Repeating the call changes nothing.',
  })
  async deactivateExpressCustomer(
    @Ctx() context: RequestContext,
    @Arg('input', () => DeactivateExpressCustomerInput, { description: 'The customer.' })
    input: DeactivateExpressCustomerInput,
  ): Promise<ExpressCustomer> {
    return toExpressCustomer(await useCases.deactivateExpressCustomer(context, input));
  }

  @WritesExpress()
  @Mutation(() => ExpressCustomer, {
    description: 'Reopens a deactivated customer. Repeating the call changes nothing.',
  })
  async reactivateExpressCustomer(
    @Ctx() context: RequestContext,
    @Arg('input', () => ReactivateExpressCustomerInput, { description: 'The customer.' })
    input: ReactivateExpressCustomerInput,
  ): Promise<ExpressCustomer> {
    return toExpressCustomer(await useCases.reactivateExpressCustomer(context, input));
  }

  @WritesExpress()
  @Mutation(() => ExpressCustomer, {
    description:
      'Adds a user of the platform to a customer; fails with EXPRESS_CUSTOMER_INACTIVE if the customer is deactivated. ' +
      'Repeating the call changes nothing.',
  })
  async addUserToExpressCustomer(
    @Ctx() context: RequestContext,
    @Arg('input', () => AddUserToExpressCustomerInput, { description: 'The customer and the user.' })
    input: AddUserToExpressCustomerInput,
  ): Promise<ExpressCustomer> {
    return toExpressCustomer(await useCases.addUserToExpressCustomer(context, input));
  }

  @WritesExpress()
  @Mutation(() => ExpressCustomer, {
    description: 'Removes a user from a customer; the user itself is kept. Repeating the call changes nothing.',
  })
  async removeUserFromExpressCustomer(
    @Ctx() context: RequestContext,
    @Arg('input', () => RemoveUserFromExpressCustomerInput, { description: 'The customer and the user.' })
    input: RemoveUserFromExpressCustomerInput,
  ): Promise<ExpressCustomer> {
    return toExpressCustomer(await useCases.removeUserFromExpressCustomer(context, input));
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
    const found = await useCases.expressCustomerEvents(context, customer.expressCustomerId, page);
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
