import { USER_ID } from './descriptions.js';
import { Node } from './node.type.js';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

@ObjectType({
  implements: Node,
  description: 'A user of the platform, owned by another subgraph; this service has its id and its customers.',
})
@Directive('@key(fields: "id")')
@Directive('@key(fields: "userId")')
export class User extends Node {
  @Field(() => ID, { description: USER_ID })
  userId!: string;
}

/** The user with an id; whether there is one is known to the subgraph that owns users. */
export const toUser = (userId: string): User => ({ id: userId, userId });
