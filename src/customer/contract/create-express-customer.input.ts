import { Field, InputType } from 'type-graphql';
import { JsonScalar } from '../../shared/scalars.js';
import { ValidateWith, nullable } from '../../shared/validation.js';
import type { Metadata } from '../model/express-customer.entity.js';
import * as rules from '../model/rules.js';

@InputType({ description: 'What a new customer is made from.' })
export class CreateExpressCustomerInput {
  @Field({ description: '1-500 Unicode code points, not blank. Stored exactly as sent.' })
  @ValidateWith(rules.expressCustomerName)
  expressCustomerName!: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Custom key-value pairs; none when left out or null.' })
  @ValidateWith(nullable(rules.metadata))
  metadata?: Metadata | null;

  @Field(() => String, {
    nullable: true,
    description:
      '1-255 printable ASCII characters. A repeated call with the same key and input returns the customer that the first call created. Kept 24 hours.',
  })
  @ValidateWith(nullable(rules.idempotencyKey))
  idempotencyKey?: string | null;
}
