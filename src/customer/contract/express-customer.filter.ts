import { Field, ID, InputType } from 'type-graphql';
import { parseInstant } from '../../shared/instant.js';
import { acceptsAny, instant } from '../../shared/rules.js';
import { DateTimeScalar, JsonScalar } from '../../shared/scalars.js';
import { ValidateWith, nullable } from '../../shared/validation.js';
import type { Criteria } from '../model/customer-list.js';
import type { Metadata } from '../model/express-customer.entity.js';
import { foldForSearch } from '../model/fold-for-search.js';
import * as rules from '../model/rules.js';

@InputType({
  description: 'Selects customers that meet all given conditions. Omit or null: no filter.',
})
export class ExpressCustomerFilter {
  @Field(() => String, {
    nullable: true,
    description:
      'Part of the name, ignoring case and accents; at most 500 characters. Every character counts literally, also white ' +
      'space, % and _. Texts of one or two characters are found as exactly as longer ones, but may take longer if rare. ' +
      'Omit or null: any name.',
  })
  @ValidateWith(nullable(rules.nameContains))
  nameContains?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: active customers only; false: deactivated customers only. Omit or null: both.',
  })
  @ValidateWith(nullable(acceptsAny))
  isActive?: boolean | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The externalReferenceId that the customer has, exactly. Omit or null: any or none.',
  })
  @ValidateWith(nullable(rules.externalReferenceId))
  externalReferenceId?: string | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Pairs that a customer must have, each with exactly this value. Omit or null: any metadata.',
  })
  @ValidateWith(nullable(rules.metadata))
  metadata?: Metadata | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Created later than this time, by the clock of the database. Omit or null: at any time.',
  })
  @ValidateWith(nullable(instant))
  createdAfter?: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Changed later than this time; a customer was last changed when it was created, unless it was changed since. Omit or null: ' +
      'at any time. A change may become visible some seconds after its time; expressCustomerEvents misses none.',
  })
  @ValidateWith(nullable(instant))
  updatedAfter?: string | null;
}

/** An instant in the form in which instants are compared and distinguish filters. */
const toInstant = (text: string): string => parseInstant(text)!.toISOString();

/** The conditions of a filter, without those that restrict nothing. */
export function toCriteria(filter: ExpressCustomerFilter | null | undefined): Criteria {
  const { nameContains, isActive, externalReferenceId, metadata, createdAfter, updatedAfter } = filter ?? {};
  const namePart = foldForSearch(nameContains ?? '');
  return {
    ...(namePart !== '' && { namePart }),
    ...(typeof isActive === 'boolean' && { isActive }),
    ...(typeof externalReferenceId === 'string' && { externalReferenceId }),
    ...(metadata && Object.keys(metadata).length > 0 && { metadata }),
    ...(typeof createdAfter === 'string' && { createdAfter: toInstant(createdAfter) }),
    ...(typeof updatedAfter === 'string' && { updatedAfter: toInstant(updatedAfter) }),
  };
}
