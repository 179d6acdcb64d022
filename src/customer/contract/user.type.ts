import { USER_ID } from './descriptions.js';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

@ObjectType({
  description: 'A user of the platform, owned by another subgraph; this service has its id and its customers.',
})
@Directive('@key(fields: "userId")')
export class User {
  @Field(() => ID, { description: USER_ID })
  userId!: string;
}
