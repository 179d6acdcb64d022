import { Field, ID, InputType, Int } from 'type-graphql';
import { JsonScalar } from '../../shared/scalars.js';
import { ValidateWith, nullable, optional } from '../../shared/validation.js';
import type { Metadata } from '../model/express-customer.entity.js';
import { EXPECTED_VERSION, EXTERNAL_REFERENCE_ID, METADATA_LIMITS } from './descriptions.js';
import * as rules from '../model/rules.js';

@InputType({ description: 'Change a customer. Omitted fields keep their values.' })
export class UpdateExpressCustomerInput {
  @Field(() => ID, { description: 'Id of the customer to change.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'New name: 1-500 Unicode code points with at least one visible character. Must not be null.',
  })
  @ValidateWith(optional(rules.expressCustomerName))
  expressCustomerName?: string;

  @Field(() => ID, { nullable: true, description: `${EXTERNAL_REFERENCE_ID} Null removes it.` })
  @ValidateWith(nullable(rules.externalReferenceId))
  externalReferenceId?: string | null;

  @Field(() => JsonScalar, { nullable: true, description: `Replaces all pairs; null removes all. ${METADATA_LIMITS}` })
  @ValidateWith(nullable(rules.metadata))
  metadata?: Metadata | null;

  @Field(() => Int, {
    nullable: true,
    description: EXPECTED_VERSION,
  })
  @ValidateWith(nullable(rules.expectedVersion))
  expectedVersion?: number | null;
}
