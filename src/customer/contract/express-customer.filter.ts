import { Field, InputType } from 'type-graphql';
import { JsonScalar } from '../../shared/scalars.js';
import { ValidateWith, nullable } from '../../shared/validation.js';
import type { Criteria } from '../model/customer-list.js';
import type { Metadata } from '../model/express-customer.entity.js';
import { foldForSearch } from '../model/fold-for-search.js';
import * as rules from '../model/rules.js';

@InputType({
  description: 'Which customers a list shows: those that meet everything that is given. Null asks nothing.',
})
export class ExpressCustomerFilter {
  @Field(() => String, {
    nullable: true,
    description:
      'Substring of the name, ignoring case and accents; at most 500 characters. Every character is taken literally, ' +
      'spaces, % and _ too. One or two letters are answered as exactly as longer texts, but a rare pair may take longer.',
  })
  @ValidateWith(nullable(rules.nameContains))
  nameContains?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Only active customers, or only deactivated ones.' })
  @ValidateWith(nullable(rules.acceptsAny))
  isActive?: boolean | null;

  @Field(() => JsonScalar, { nullable: true, description: 'All listed pairs must match exactly.' })
  @ValidateWith(nullable(rules.metadata))
  metadata?: Metadata | null;
}

/** The conditions of a filter, without those that restrict nothing. */
export function toCriteria(filter: ExpressCustomerFilter | null | undefined): Criteria {
  const { nameContains, isActive, metadata } = filter ?? {};
  const namePart = foldForSearch(nameContains ?? '');
  return {
    ...(namePart !== '' && { namePart }),
    ...(typeof isActive === 'boolean' && { isActive }),
    ...(metadata && Object.keys(metadata).length > 0 && { metadata }),
  };
}
