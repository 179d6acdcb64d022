import { Field, ID, InputType, Int } from 'type-graphql';
import { collectFieldErrors, type FieldError } from '../../shared/app-error.js';
import { JsonScalar } from '../../shared/scalars.js';
import { ValidateWith, ValidateInput, nullable } from '../../shared/validation.js';
import type { Metadata } from '../model/express-customer.entity.js';
import * as rules from '../model/rules.js';

function keysInBoth({ set, unset }: { set?: unknown; unset?: unknown }): FieldError[] {
  if (!Array.isArray(unset)) return [];
  return collectFieldErrors(unset, (key: unknown, index): FieldError[] =>
    typeof key === 'string' && Object.hasOwn(set ?? {}, key)
      ? [{ path: ['unset', index], code: 'INVALID', message: 'The same key cannot be set and unset.' }]
      : [],
  );
}

@InputType({ description: 'Single metadata keys to set and to unset. No key may be in both.' })
@ValidateInput(keysInBoth)
export class EditExpressCustomerMetadataInput {
  @Field(() => ID, { description: 'The customer whose metadata to edit.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Pairs to add or to overwrite.' })
  @ValidateWith(nullable(rules.metadata))
  set?: Metadata | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Keys to remove; one that is not there does no harm. At most 100.',
  })
  @ValidateWith(nullable(rules.metadataKeys))
  unset?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The version that was read; when the customer has moved on since, nothing is changed.',
  })
  @ValidateWith(nullable(rules.expectedVersion))
  expectedVersion?: number | null;
}
