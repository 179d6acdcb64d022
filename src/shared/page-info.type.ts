import { Directive, Field, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Whether a list goes on, and the cursors of its ends.' })
@Directive('@shareable')
export class PageInfo {
  @Field({ description: 'Whether another page follows.' })
  hasNextPage!: boolean;

  @Field({ description: 'Whether this page was reached by a cursor, so that one is before it.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first entry; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last entry, to be passed as `after`; null on an empty page.',
  })
  endCursor!: string | null;
}
