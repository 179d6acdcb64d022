import { Field, ID, InputType, Int } from 'type-graphql';
import { ValidateWith, nullable } from '../../shared/validation.js';
import * as rules from '../model/rules.js';

@InputType({ description: 'Which customer to deactivate.' })
export class DeactivateExpressCustomerInput {
  @Field(() => ID, { description: 'The customer to deactivate.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => Int, { nullable: true, description: 'The version that was read; another one is refused.' })
  @ValidateWith(nullable(rules.expectedVersion))
  expectedVersion?: number | null;
}

@InputType({ description: 'Which customer to reactivate.' })
export class ReactivateExpressCustomerInput {
  @Field(() => ID, { description: 'The customer to reactivate.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => Int, { nullable: true, description: 'The version that was read; another one is refused.' })
  @ValidateWith(nullable(rules.expectedVersion))
  expectedVersion?: number | null;
}
