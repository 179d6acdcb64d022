import { Field, ID, InputType } from 'type-graphql';
import { ValidateWith } from '../../shared/validation.js';
import { USER_ID } from './descriptions.js';
import * as rules from '../model/rules.js';

@InputType({ description: 'Add a user to a customer.' })
export class AddUserToExpressCustomerInput {
  @Field(() => ID, { description: 'Id of the customer.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => ID, { description: USER_ID })
  @ValidateWith(rules.userId)
  userId!: string;
}

@InputType({ description: 'Remove a user from a customer.' })
export class RemoveUserFromExpressCustomerInput {
  @Field(() => ID, { description: 'Id of the customer.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => ID, { description: USER_ID })
  @ValidateWith(rules.userId)
  userId!: string;
}
