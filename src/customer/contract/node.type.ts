import { Field, ID, InterfaceType } from 'type-graphql';

/** What clients that normalise by one id, such as Relay, fetch again by `node`. */
@InterfaceType({ description: 'An object with an id that is unique among all types.' })
export abstract class Node {
  @Field(() => ID, { description: 'Id by which `node` finds the object.' })
  id!: string;
}
