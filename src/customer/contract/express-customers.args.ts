import { ArgsType, Field, registerEnumType } from 'type-graphql';
import { ValidateWith, nestedInput, nullable } from '../../shared/validation.js';
import { ExpressCustomerFilter } from './express-customer.filter.js';
import { PageArgs } from './page.args.js';
import { ExpressCustomerOrder } from '../model/customer-list.js';
import * as rules from '../model/rules.js';

// Part of the contract, too: the command line and the pages know nothing of the model.
export { ExpressCustomerOrder };

registerEnumType(ExpressCustomerOrder, {
  name: 'ExpressCustomerOrder',
  description: 'Order of a list of customers. Customers with the same name are ordered by creation.',
  valuesConfig: {
    CREATED_AT_ASC: { description: 'Oldest first.' },
    CREATED_AT_DESC: { description: 'Newest first.' },
    NAME_ASC: { description: 'By name from A to Z, ignoring case and accents.' },
    NAME_DESC: { description: 'By name from Z to A, ignoring case and accents.' },
  },
});

@ArgsType()
export class ExpressCustomersArgs extends PageArgs {
  @Field(() => ExpressCustomerFilter, {
    nullable: true,
    description: 'Conditions that the customers meet. Omit or null: all customers.',
  })
  @ValidateWith(nullable(nestedInput(ExpressCustomerFilter)))
  filter?: ExpressCustomerFilter | null;

  @Field(() => ExpressCustomerOrder, {
    defaultValue: ExpressCustomerOrder.CREATED_AT_DESC,
    description: 'Order of the list.',
  })
  @ValidateWith(rules.acceptsAny)
  orderBy!: ExpressCustomerOrder;
}
