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
    description: 'One customer; null when it does not exist or belongs to another clinic.',
  })
  async expressCustomer(
    @Ctx() context: RequestContext,
    @Arg('expressCustomerId', () => ID, { description: 'The id that createExpressCustomer returned.' }) id: string,
  ): Promise<ExpressCustomer | null> {
    const row = await useCases.expressCustomer(context, id);
    return row && toExpressCustomer(row);
  }

  @SizedByFirst()
  @ReadsExpress()
  @Query(() => ExpressCustomerConnection, {
    description: "Customers of the caller's clinic, newest first unless ordered otherwise. `first` is 1-100.",
  })
  async expressCustomers(
    @Ctx() context: RequestContext,
    @Args(() => ExpressCustomersArgs) args: ExpressCustomersArgs,
  ): Promise<ExpressCustomerConnection> {
    const page = await useCases.expressCustomers(context, args);
    return Object.assign(toConnection(page, toExpressCustomer), { count: page.count });
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

  @WritesExpress()
  @Mutation(() => ExpressCustomer, {
    description: 'Changes only the fields that are given. `metadata` replaces all pairs; null clears them.',
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
    description: 'Sets and unsets single metadata keys atomically; the other keys survive concurrent edits.',
  })
  async editExpressCustomerMetadata(
    @Ctx() context: RequestContext,
    @Arg('input', () => EditExpressCustomerMetadataInput, { description: 'The customer and the keys.' })
    input: EditExpressCustomerMetadataInput,
  ): Promise<ExpressCustomer> {
    return toExpressCustomer(await useCases.editExpressCustomerMetadata(context, input));
  }

  @WritesExpress()
  @Mutation(() => ExpressCustomer, {
    description:
      'Bars the customer from new studies and new users. Existing data is preserved. Repeating it changes nothing.',
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
    description: 'Restores a deactivated customer. Repeating it changes nothing.',
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
    description: 'Associates an existing platform user with the customer. Repeating it changes nothing.',
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
    description: 'Removes the association; the user account itself stays. Repeating it changes nothing.',
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
    description: 'The users in this customer, in the order they were added.',
  })
  async users(
    @Ctx() context: RequestContext,
    @Root() customer: ExpressCustomer,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<ExpressCustomerUserConnection> {
    return toUserConnection(await useCases.expressCustomerUsers(context, customer.expressCustomerId, page));
  }

  @SizedByFirst()
  @FieldResolver(() => ExpressCustomerEventConnection, { description: 'Every change to this customer, oldest first.' })
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
  @FieldResolver(() => Int, { description: 'Customers on all pages together. Counted only when selected.' })
  totalCount(@Root() connection: ExpressCustomerConnection): Promise<number> {
    return connection.count();
  }
}
