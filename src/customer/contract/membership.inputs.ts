import { Field, ID, InputType } from 'type-graphql';
import { ValidateWith } from '../../shared/validation.js';
import * as rules from '../model/rules.js';

@InputType({ description: 'Which user to add to which customer.' })
export class AddUserToExpressCustomerInput {
  @Field(() => ID, { description: 'The customer that the user comes to.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => ID, { description: 'usr_ followed by 32 hex digits.' })
  @ValidateWith(rules.userId)
  userId!: string;
}

@InputType({ description: 'Which user to take out of which customer.' })
export class RemoveUserFromExpressCustomerInput {
  @Field(() => ID, { description: 'The customer that the user leaves.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => ID, { description: 'usr_ followed by 32 hex digits.' })
  @ValidateWith(rules.userId)
  userId!: string;
}
