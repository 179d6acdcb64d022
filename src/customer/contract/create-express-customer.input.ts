import { Field, ID, InputType } from 'type-graphql';
import { idempotencyKey } from '../../shared/rules.js';
import { JsonScalar } from '../../shared/scalars.js';
import { ValidateWith, nullable } from '../../shared/validation.js';
import type { Metadata } from '../model/express-customer.entity.js';
import { EXTERNAL_REFERENCE_ID, METADATA_LIMITS } from './descriptions.js';
import * as rules from '../model/rules.js';

@InputType({ description: 'Create a customer.' })
export class CreateExpressCustomerInput {
  @Field({
    description: 'Name: 1-500 Unicode code points with at least one visible character. Stored exactly as sent.',
  })
  @ValidateWith(rules.expressCustomerName)
  expressCustomerName!: string;

  @Field(() => ID, { nullable: true, description: `${EXTERNAL_REFERENCE_ID} Omit or null: none.` })
  @ValidateWith(nullable(rules.externalReferenceId))
  externalReferenceId?: string | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: `Custom key-value pairs. ${METADATA_LIMITS} Omit or null: no pairs.`,
  })
  @ValidateWith(nullable(rules.metadata))
  metadata?: Metadata | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Makes the call repeatable: the same key with the same input returns the customer that the first call created; with ' +
      'other input the call fails with IDEMPOTENCY_KEY_REUSED. 1-255 printable ASCII characters, kept for 24 hours.',
  })
  @ValidateWith(nullable(idempotencyKey))
  idempotencyKey?: string | null;
}
