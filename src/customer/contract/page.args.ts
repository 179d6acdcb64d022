import { ArgsType, Field, Int } from 'type-graphql';
import { Check, nullable } from '../../shared/validation.js';
import * as rules from '../model/rules.js';

@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: 20, description: 'How many entries at most: 1-100.' })
  @Check(rules.pageSize)
  first!: number;

  @Field(() => String, {
    nullable: true,
    description: 'The endCursor of the page before; left out for the first page.',
  })
  @Check(nullable(rules.cursor))
  after?: string | null;
}
