import { Field, ID, InputType, Int } from 'type-graphql';
import { ValidateWith, nullable } from '../../shared/validation.js';
import { EXPECTED_VERSION } from './descriptions.js';
import * as rules from '../model/rules.js';

@InputType({ description: 'Deactivate a customer.' })
export class DeactivateExpressCustomerInput {
  @Field(() => ID, { description: 'Id of the customer to deactivate.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  @ValidateWith(nullable(rules.expectedVersion))
  expectedVersion?: number | null;
}

@InputType({ description: 'Reactivate a customer.' })
export class ReactivateExpressCustomerInput {
  @Field(() => ID, { description: 'Id of the customer to reactivate.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  @ValidateWith(nullable(rules.expectedVersion))
  expectedVersion?: number | null;
}
