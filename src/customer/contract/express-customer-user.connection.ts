import { Field, ObjectType } from 'type-graphql';
import { PageInfo } from '../../shared/page-info.type.js';
import { toConnection, type Page } from '../../shared/page.js';
import { DateTimeScalar } from '../../shared/scalars.js';
import type { ExpressCustomerUserEntity } from '../model/express-customer-user.entity.js';
import { User } from './user.type.js';

@ObjectType({ description: 'A user of a customer and the place in the list.' })
export class ExpressCustomerUserEdge {
  @Field({ description: 'Pass it as `after` to go on behind this user.' })
  cursor!: string;

  @Field(() => DateTimeScalar, { description: 'When the user was added to the customer.' })
  addedAt!: Date;

  @Field(() => User, { description: 'The user.' })
  node!: User;
}

@ObjectType({ description: "One page of a customer's users." })
export class ExpressCustomerUserConnection {
  @Field(() => [ExpressCustomerUserEdge], { description: 'The users, each with its cursor and when it was added.' })
  edges!: ExpressCustomerUserEdge[];

  @Field(() => [User], { description: 'The users alone.' })
  nodes!: User[];

  @Field(() => PageInfo, { description: 'Whether and where the list goes on.' })
  pageInfo!: PageInfo;
}

export const toUserConnection = (page: Page<ExpressCustomerUserEntity>): ExpressCustomerUserConnection =>
  toConnection(
    page,
    ({ userId }): User => ({ userId }),
    ({ addedAt }) => ({ addedAt }),
  );
