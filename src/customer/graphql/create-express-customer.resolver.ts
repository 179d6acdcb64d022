import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../identity/request-context.js';
import { CreateExpressCustomerInput } from '../contract/create-express-customer.input.js';
import { ExpressCustomer, toExpressCustomer } from '../contract/express-customer.type.js';
import * as useCases from '../use-cases/index.js';
import { WritesExpress } from './scope-directives.js';

@Resolver()
export class CreateExpressCustomerResolver {
  @WritesExpress()
  @Mutation(() => ExpressCustomer, { description: 'Creates a customer.' })
  async createExpressCustomer(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateExpressCustomerInput, { description: 'The new customer.' })
    input: CreateExpressCustomerInput,
  ): Promise<ExpressCustomer> {
    return toExpressCustomer(await useCases.createExpressCustomer(context, input));
  }
}
