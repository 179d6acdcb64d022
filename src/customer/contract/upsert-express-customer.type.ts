import { Directive, Field, ObjectType, registerEnumType } from 'type-graphql';
import { UpsertOutcome } from '../model/upsert-outcome.js';
import { ExpressCustomer } from './express-customer.type.js';
import { ExpressCustomerItemError } from './item-error.type.js';

registerEnumType(UpsertOutcome, {
  name: 'UpsertOutcome',
  description: 'What an upsert did.',
  valuesConfig: {
    CREATED: { description: 'No customer had the reference; one was created.' },
    UPDATED: { description: 'The customer was changed.' },
    UNCHANGED: { description: 'The customer was as the call asks for; nothing was written.' },
  },
});

@ObjectType({ description: 'A customer after an upsert, and what the upsert did.' })
export class UpsertExpressCustomerResult {
  @Field(() => ExpressCustomer, { description: 'The customer.' })
  expressCustomer!: ExpressCustomer;

  @Field(() => UpsertOutcome, { description: 'Whether it was created, changed, or left as it was.' })
  outcome!: UpsertOutcome;
}

@ObjectType({ description: 'What became of one item of upsertExpressCustomers.' })
export class UpsertExpressCustomersResult {
  @Field(() => ExpressCustomer, { nullable: true, description: 'The customer; null if the item was refused.' })
  expressCustomer!: ExpressCustomer | null;

  @Field(() => UpsertOutcome, { nullable: true, description: 'What the upsert did; null if the item was refused.' })
  outcome!: UpsertOutcome | null;

  @Directive('@listSize(assumedSize: 1)')
  @Field(() => [ExpressCustomerItemError], { description: 'Why the item was refused; empty if it was not.' })
  errors!: ExpressCustomerItemError[];
}

@ObjectType({ description: 'What became of one item of createExpressCustomers.' })
export class CreateExpressCustomersResult {
  @Field(() => ExpressCustomer, { nullable: true, description: 'The customer; null if the item was refused.' })
  expressCustomer!: ExpressCustomer | null;

  @Directive('@listSize(assumedSize: 1)')
  @Field(() => [ExpressCustomerItemError], { description: 'Why the item was refused; empty if it was not.' })
  errors!: ExpressCustomerItemError[];
}
