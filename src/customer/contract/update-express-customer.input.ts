import { Field, ID, InputType, Int } from 'type-graphql';
import { JsonScalar } from '../../shared/scalars.js';
import { ValidateWith, nullable, optional } from '../../shared/validation.js';
import type { Metadata } from '../model/express-customer.entity.js';
import * as rules from '../model/rules.js';

@InputType({ description: 'Which customer to change, and its new values. A field that is left out stays as it is.' })
export class UpdateExpressCustomerInput {
  @Field(() => ID, { description: 'The customer to change.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => String, { nullable: true, description: 'The new name, by the rules of creation. Null is refused.' })
  @ValidateWith(optional(rules.expressCustomerName))
  expressCustomerName?: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Replaces all pairs; null clears them.' })
  @ValidateWith(nullable(rules.metadata))
  metadata?: Metadata | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The version that was read; when the customer has moved on since, nothing is changed.',
  })
  @ValidateWith(nullable(rules.expectedVersion))
  expectedVersion?: number | null;
}
