import { Field, ObjectType } from 'type-graphql';
import { PageInfo } from '../../shared/page-info.type.js';
import { toConnection, type Page } from '../../shared/page.js';
import { DateTimeScalar } from '../../shared/scalars.js';
import type { ExpressCustomerUserEntity } from '../model/express-customer-user.entity.js';
import { toUser, User } from './user.type.js';

@ObjectType({ description: 'A user of a customer, with its cursor.' })
export class ExpressCustomerUserEdge {
  @Field({ description: 'Cursor: pass as `after` to continue after this user.' })
  cursor!: string;

  @Field(() => DateTimeScalar, { description: 'Time at which the user was added to the customer.' })
  addedAt!: Date;

  @Field(() => User, { description: 'The user.' })
  node!: User;
}

@ObjectType({ description: "A page of the customer's users." })
export class ExpressCustomerUserConnection {
  @Field(() => [ExpressCustomerUserEdge], {
    description: 'The users of this page, each with its cursor and the time it was added.',
  })
  edges!: ExpressCustomerUserEdge[];

  @Field(() => [User], { description: 'The users of this page.' })
  nodes!: User[];

  @Field(() => PageInfo, { description: 'Whether the list continues, and the cursors of this page.' })
  pageInfo!: PageInfo;
}

export const toUserConnection = (page: Page<ExpressCustomerUserEntity>): ExpressCustomerUserConnection =>
  toConnection(
    page,
    ({ userId }): User => toUser(userId),
    ({ addedAt }) => ({ addedAt }),
  );
