import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../identity/request-context.js';
import { DeactivateExpressCustomerInput, ReactivateExpressCustomerInput } from '../contract/activation.inputs.js';
import { EditExpressCustomerMetadataInput } from '../contract/edit-express-customer-metadata.input.js';
import { ExpressCustomer, toExpressCustomer } from '../contract/express-customer.type.js';
import { AddUserToExpressCustomerInput, RemoveUserFromExpressCustomerInput } from '../contract/membership.inputs.js';
import { UpdateExpressCustomerInput } from '../contract/update-express-customer.input.js';
import * as useCases from '../use-cases/index.js';
import { WritesExpress } from './scope-directives.js';

@Resolver()
export class ExpressCustomerMutationsResolver {
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
}
