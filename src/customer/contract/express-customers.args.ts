import { ArgsType, Field, registerEnumType } from 'type-graphql';
import { ValidateWith, nestedInput, nullable } from '../../shared/validation.js';
import { ExpressCustomerFilter } from './express-customer.filter.js';
import { PageArgs } from '../../shared/page.args.js';
import { ExpressCustomerOrder } from '../model/customer-list.js';
import * as listRules from '../model/list-rules.js';

// Part of the contract, too: the command line and the pages know nothing of the model.
export { ExpressCustomerOrder };

registerEnumType(ExpressCustomerOrder, {
  name: 'ExpressCustomerOrder',
  description: 'Order of a list of customers. Customers with the same name or time of update are ordered by creation.',
  valuesConfig: {
    CREATED_AT_ASC: { description: 'Oldest first.' },
    CREATED_AT_DESC: { description: 'Newest first.' },
    NAME_ASC: { description: 'By name from A to Z, ignoring case and accents.' },
    NAME_DESC: { description: 'By name from Z to A, ignoring case and accents.' },
    UPDATED_AT_ASC: { description: 'By time of the last change, longest ago first.' },
    UPDATED_AT_DESC: { description: 'By time of the last change, latest first.' },
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
  @ValidateWith(listRules.customerOrder)
  orderBy!: ExpressCustomerOrder;
}
