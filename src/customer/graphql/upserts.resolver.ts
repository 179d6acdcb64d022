import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../identity/request-context.js';
import { CreateExpressCustomerInput } from '../contract/create-express-customer.input.js';
import { toExpressCustomer } from '../contract/express-customer.type.js';
import { toItemError } from '../contract/item-error.type.js';
import { UpsertExpressCustomerInput } from '../contract/upsert-express-customer.input.js';
import {
  CreateExpressCustomersResult,
  UpsertExpressCustomerResult,
  UpsertExpressCustomersResult,
} from '../contract/upsert-express-customer.type.js';
import * as useCases from '../use-cases/index.js';
import { WritesExpress } from './scope-directives.js';

// For a router, which cannot count them; here the cost is that of the items that are sent.
const SizedByInputs = (): MethodDecorator & PropertyDecorator => Directive('@listSize(assumedSize: 100)');

// Each item is validated by itself, so that one that breaks a rule does not affect the others.
const ONE_BY_ONE = { validateFn: () => undefined };

@Resolver()
export class UpsertsResolver {
  @WritesExpress()
  @Mutation(() => UpsertExpressCustomerResult, {
    description:
      'Creates the customer that has an externalReferenceId, or changes it. It may be repeated and run simultaneously: there ' +
      'is one customer per reference, and a call that finds everything as it asks for writes nothing.',
  })
  async upsertExpressCustomer(
    @Ctx() context: RequestContext,
    @Arg('input', () => UpsertExpressCustomerInput, {
      description: 'The reference, and the values that the customer is to have.',
    })
    input: UpsertExpressCustomerInput,
  ): Promise<UpsertExpressCustomerResult> {
    const { row, outcome } = await useCases.upsertExpressCustomer(context, input);
    return { expressCustomer: toExpressCustomer(row), outcome };
  }

  @SizedByInputs()
  @WritesExpress()
  @Mutation(() => [UpsertExpressCustomersResult], {
    description:
      'Upserts 1-100 customers, with a result for each in order. Every item is atomic by itself; a refused item ' +
      'does not affect the others. A reference that an earlier item has is refused.',
  })
  async upsertExpressCustomers(
    @Ctx() context: RequestContext,
    @Arg('inputs', () => [UpsertExpressCustomerInput], { ...ONE_BY_ONE, description: 'The items.' })
    inputs: UpsertExpressCustomerInput[],
  ): Promise<UpsertExpressCustomersResult[]> {
    const settled = await useCases.upsertExpressCustomers(context, inputs);
    return settled.map((item) =>
      'error' in item
        ? { expressCustomer: null, outcome: null, errors: [toItemError(item.error)] }
        : { expressCustomer: toExpressCustomer(item.value.row), outcome: item.value.outcome, errors: [] },
    );
  }

  @SizedByInputs()
  @WritesExpress()
  @Mutation(() => [CreateExpressCustomersResult], {
    description:
      'Creates 1-100 customers, with a result for each in order. Every item is atomic by itself; a refused item does not ' +
      'affect the others.',
  })
  async createExpressCustomers(
    @Ctx() context: RequestContext,
    @Arg('inputs', () => [CreateExpressCustomerInput], { ...ONE_BY_ONE, description: 'The new customers.' })
    inputs: CreateExpressCustomerInput[],
  ): Promise<CreateExpressCustomersResult[]> {
    const settled = await useCases.createExpressCustomers(context, inputs);
    return settled.map((item) =>
      'error' in item
        ? { expressCustomer: null, errors: [toItemError(item.error)] }
        : { expressCustomer: toExpressCustomer(item.value), errors: [] },
    );
  }
}
