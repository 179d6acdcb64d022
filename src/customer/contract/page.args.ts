import { ArgsType, Field, Int } from 'type-graphql';
import { PAGE_SIZE } from '../../shared/page.js';
import { ValidateWith, nullable } from '../../shared/validation.js';
import * as rules from '../model/rules.js';

@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: PAGE_SIZE.default, description: 'Page size: 1-100.' })
  @ValidateWith(rules.pageSize)
  first!: number;

  @Field(() => String, {
    nullable: true,
    description: 'endCursor of the previous page. Omit or null: the first page.',
  })
  @ValidateWith(nullable(rules.cursor))
  after?: string | null;
}
