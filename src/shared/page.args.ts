import { ArgsType, Field, Int } from 'type-graphql';
import { PAGE_SIZE } from './page.js';
import { ValidateWith, nullable } from './validation.js';
import { cursor, pageSize } from './rules.js';

@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: PAGE_SIZE.default, description: 'Page size: 1-100.' })
  @ValidateWith(pageSize)
  first!: number;

  @Field(() => String, {
    nullable: true,
    description: 'endCursor of the previous page. Omit or null: the first page.',
  })
  @ValidateWith(nullable(cursor))
  after?: string | null;
}
