import { Field, ID, InputType, Int } from 'type-graphql';
import { collectFieldErrors, type FieldError } from '../../shared/app-error.js';
import { JsonScalar } from '../../shared/scalars.js';
import { ValidateWith, ValidateInput, nullable } from '../../shared/validation.js';
import type { Metadata } from '../model/express-customer.entity.js';
import { EXPECTED_VERSION, METADATA_LIMITS } from './descriptions.js';
import * as rules from '../model/rules.js';

/** The errors of keys that are both set and unset; `unsetName` is the field of the keys to unset. */
export function findKeysInBoth(set: unknown, unset: unknown, unsetName: string): FieldError[] {
  if (!Array.isArray(unset)) return [];
  return collectFieldErrors(unset, (key: unknown, index): FieldError[] =>
    typeof key === 'string' && Object.hasOwn(set ?? {}, key)
      ? [{ path: [unsetName, index], code: 'INVALID', message: 'A key cannot be both set and unset.' }]
      : [],
  );
}

@InputType({ description: 'Set and unset single metadata keys. A key must not be in both.' })
@ValidateInput(({ set, unset }: { set?: unknown; unset?: unknown }) => findKeysInBoth(set, unset, 'unset'))
export class EditExpressCustomerMetadataInput {
  @Field(() => ID, { description: 'Id of the customer whose metadata to edit.' })
  @ValidateWith(rules.expressCustomerId)
  expressCustomerId!: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: `Pairs to add or to overwrite. ${METADATA_LIMITS} The customer keeps at most 50 pairs in all.`,
  })
  @ValidateWith(nullable(rules.metadata))
  set?: Metadata | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Keys to remove, at most 100; absent keys are ignored.',
  })
  @ValidateWith(nullable(rules.metadataKeys))
  unset?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: EXPECTED_VERSION,
  })
  @ValidateWith(nullable(rules.expectedVersion))
  expectedVersion?: number | null;
}
