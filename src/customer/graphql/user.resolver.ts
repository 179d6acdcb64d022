import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../identity/request-context.js';
import { SizedByFirst } from '../../shared/list-size-directive.js';
import { ExpressCustomerConnection, toExpressCustomerConnection } from '../contract/express-customer.connection.js';
import { PageArgs } from '../../shared/page.args.js';
import { ReadsExpress } from './scope-directives.js';
import * as useCases from '../use-cases/index.js';
import { User } from '../contract/user.type.js';

@Resolver(() => User)
export class UserResolver {
  @SizedByFirst()
  @ReadsExpress()
  @FieldResolver(() => ExpressCustomerConnection, {
    description: "Customers of the caller's clinic that the user is in, newest first.",
  })
  async expressCustomers(
    @Ctx() context: RequestContext,
    @Root() user: User,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<ExpressCustomerConnection> {
    const page = await useCases.userExpressCustomers(context, user.userId, args);
    return toExpressCustomerConnection(page);
  }
}
