import { Field, ID, InputType, Int } from 'type-graphql';
import type { FieldError } from '../../shared/app-error.js';
import { acceptsAny } from '../../shared/rules.js';
import { JsonScalar } from '../../shared/scalars.js';
import { ValidateInput, ValidateWith, nullable, optional } from '../../shared/validation.js';
import type { Metadata } from '../model/express-customer.entity.js';
import * as rules from '../model/rules.js';
import { EXTERNAL_REFERENCE_ID, METADATA_LIMITS } from './descriptions.js';
import { findKeysInBoth } from './edit-express-customer-metadata.input.js';

interface MetadataParts {
  metadata?: unknown;
  setMetadata?: unknown;
  unsetMetadata?: unknown;
}

const BOTH_WAYS: FieldError = {
  path: ['metadata'],
  code: 'INVALID',
  message: 'metadata replaces all pairs; leave it out, or leave out setMetadata and unsetMetadata.',
};

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

function findMetadataConflicts({ metadata, setMetadata, unsetMetadata }: MetadataParts): FieldError[] {
  const isMerge = isGiven(setMetadata) || isGiven(unsetMetadata);
  return [
    ...(metadata !== undefined && isMerge ? [BOTH_WAYS] : []),
    ...findKeysInBoth(setMetadata, unsetMetadata, 'unsetMetadata'),
  ];
}

@InputType({
  description:
    'Create the customer that has an externalReferenceId, or change it if there is one. Omitted fields keep their values.',
})
@ValidateInput(findMetadataConflicts)
export class UpsertExpressCustomerInput {
  @Field(() => ID, { description: EXTERNAL_REFERENCE_ID })
  @ValidateWith(rules.externalReferenceId)
  externalReferenceId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Name: 1-500 Unicode code points with at least one visible character. Required if no customer has the reference. ' +
      'Must not be null.',
  })
  @ValidateWith(optional(rules.expressCustomerName))
  expressCustomerName?: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: `Replaces all pairs; null removes all. Not together with setMetadata or unsetMetadata. ${METADATA_LIMITS}`,
  })
  @ValidateWith(nullable(rules.metadata))
  metadata?: Metadata | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: `Pairs to add or to overwrite. ${METADATA_LIMITS} The customer keeps at most 50 pairs in all.`,
  })
  @ValidateWith(nullable(rules.metadata))
  setMetadata?: Metadata | null;

  @Field(() => [String], { nullable: true, description: 'Keys to remove, at most 100; absent keys are ignored.' })
  @ValidateWith(nullable(rules.metadataKeys))
  unsetMetadata?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: reactivates the customer if it is deactivated. Otherwise it stays as it is.',
  })
  @ValidateWith(nullable(acceptsAny))
  reactivate?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Expected current version: the customer must exist (otherwise NOT_FOUND) and have this version (otherwise ' +
      'VERSION_CONFLICT); nothing is created. Omit or null: no check.',
  })
  @ValidateWith(nullable(rules.expectedVersion))
  expectedVersion?: number | null;
}
