import { Directive, Field, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Whether a list continues, and the cursors of the first and last entry of a page.' })
@Directive('@shareable')
export class PageInfo {
  @Field({ description: 'Whether another page follows.' })
  hasNextPage!: boolean;

  @Field({ description: 'Whether a page precedes this one: it was requested with a cursor.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first entry; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Cursor of the last entry: pass as `after` for the next page; null on an empty page, except in the feed of events.',
  })
  endCursor!: string | null;
}
