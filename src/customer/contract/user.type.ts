import { Directive, Field, ID, ObjectType } from 'type-graphql';

@ObjectType({
  description: "The platform's user, owned by another subgraph; this service knows its id and its customers.",
})
@Directive('@key(fields: "userId")')
export class User {
  @Field(() => ID, { description: 'usr_ followed by 32 hex digits.' })
  userId!: string;
}
