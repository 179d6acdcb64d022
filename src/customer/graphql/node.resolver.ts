import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../identity/request-context.js';
import { AppError } from '../../shared/app-error.js';
import { isUserId } from '../../shared/user-id.js';
import { toExpressCustomerEvent } from '../contract/express-customer-event.type.js';
import { toExpressCustomer } from '../contract/express-customer.type.js';
import { Node } from '../contract/node.type.js';
import { toUser } from '../contract/user.type.js';
import * as useCases from '../use-cases/index.js';
import { ReadsExpress } from './scope-directives.js';

const MAX_IDS = 100;

/** The objects of ids, in their order; null for whatever is unknown, malformed or another clinic's. */
async function findNodes(context: RequestContext, ids: string[]): Promise<(Node | null)[]> {
  const [customers, events] = await Promise.all([
    useCases.expressCustomersById(context, ids),
    useCases.expressCustomerEventsById(context, ids),
  ]);
  return ids.map((id, at): Node | null => {
    const [customer, event] = [customers[at], events[at]];
    if (customer) return Object.assign(toExpressCustomer(customer), { __typename: 'ExpressCustomer' });
    if (event) return Object.assign(toExpressCustomerEvent(event), { __typename: 'ExpressCustomerEvent' });
    return isUserId(id) ? Object.assign(toUser(id), { __typename: 'User' }) : null;
  });
}

@Resolver()
export class NodeResolver {
  @ReadsExpress()
  @Query(() => Node, {
    nullable: true,
    description: 'The object with an id; null if it does not exist or belongs to another clinic.',
  })
  async node(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Id of the object.' }) id: string,
  ): Promise<Node | null> {
    const [node] = await findNodes(context, [id]);
    return node!;
  }

  @ReadsExpress()
  @Query(() => [Node], {
    nullable: 'items',
    description: 'The objects with the ids, at most 100, in their order; null in the place of an unknown one.',
  })
  async nodes(
    @Ctx() context: RequestContext,
    @Arg('ids', () => [ID], { description: 'Ids of the objects.' }) ids: string[],
  ): Promise<(Node | null)[]> {
    if (ids.length > MAX_IDS) throw new AppError('QUERY_TOO_COMPLEX', `At most ${MAX_IDS} ids per field.`);
    return findNodes(context, ids);
  }
}
