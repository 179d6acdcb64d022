import { Field, ID, InputType } from 'type-graphql';
import { Check } from '../../shared/validation.js';
import * as rules from '../model/rules.js';

@InputType({ description: 'Which user to add to which customer.' })
export class AddUserToExpressCustomerInput {
  @Field(() => ID, { description: 'The customer that the user comes to.' })
  @Check(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => ID, { description: 'usr_ followed by 32 hex digits.' })
  @Check(rules.userId)
  userId!: string;
}

@InputType({ description: 'Which user to take out of which customer.' })
export class RemoveUserFromExpressCustomerInput {
  @Field(() => ID, { description: 'The customer that the user leaves.' })
  @Check(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => ID, { description: 'usr_ followed by 32 hex digits.' })
  @Check(rules.userId)
  userId!: string;
}
