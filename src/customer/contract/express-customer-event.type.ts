import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Node } from './node.type.js';
import { PageInfo } from '../../shared/page-info.type.js';
import { DateTimeScalar, JsonScalar } from '../../shared/scalars.js';
import { toEventId } from '../model/event-id.js';
import type { ExpressCustomerEventEntity } from '../model/express-customer-event.entity.js';

@ObjectType({
  description: 'One changed field of a customer, with its values before and after the change.',
})
export class ExpressCustomerEventChange {
  @Field({
    description:
      'Changed field: expressCustomerName, externalReferenceId, isActive, users, or a metadata key such as metadata.region.',
  })
  path!: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Value before the change: a string or a boolean; null if there was none.',
  })
  before!: unknown;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Value after the change: a string or a boolean; null if it was removed.',
  })
  after!: unknown;
}

@ObjectType({
  implements: Node,
  description: 'Audit event of one change to a customer, recorded in the transaction of the change.',
})
export class ExpressCustomerEvent extends Node {
  @Field(() => ID, { description: 'Unique identifier of the event.' })
  eventId!: string;

  @Field({
    description:
      'Kind of change: express_customer.created, .updated, .deactivated, .reactivated, .user_added or .user_removed.',
  })
  type!: string;

  @Field(() => DateTimeScalar, { description: "Time of the change; equals the customer's updatedAt after it." })
  occurredAt!: Date;

  @Field(() => ID, { description: 'Id of the customer that changed.' })
  expressCustomerId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'UUID of the API key that made the change; null if a dashboard user did.',
  })
  actorApiKeyId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the dashboard user who made the change; null if an API key did.',
  })
  actorUserId!: string | null;

  @Field(() => Int, { description: 'Version of the customer after the change.' })
  version!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      "Number of the event in the clinic's feed: 1, 2, 3, ... in the order of the commits, without a gap. null for some " +
      'seconds after an instance of an earlier version wrote the event.',
  })
  position!: number | null;

  // Each change carries two values.
  @Directive('@cost(weight: 2)')
  @Field(() => [ExpressCustomerEventChange], { description: 'Changed fields, one entry per field.' })
  changes!: ExpressCustomerEventChange[];
}

@ObjectType({ description: 'An audit event, with its cursor.' })
export class ExpressCustomerEventEdge {
  @Field({ description: 'Cursor: pass as `after` to continue after this event.' })
  cursor!: string;

  @Field(() => ExpressCustomerEvent, { description: 'The event.' })
  node!: ExpressCustomerEvent;
}

@ObjectType({ description: "A page of audit events, of a customer or of the clinic's feed." })
export class ExpressCustomerEventConnection {
  @Field(() => [ExpressCustomerEventEdge], { description: 'The events of this page, each with its cursor.' })
  edges!: ExpressCustomerEventEdge[];

  @Field(() => [ExpressCustomerEvent], { description: 'The events of this page.' })
  nodes!: ExpressCustomerEvent[];

  @Field(() => PageInfo, { description: 'Whether more events follow, and the cursors of this page.' })
  pageInfo!: PageInfo;
}

/** Maps an event's row to an answer. */
export function toExpressCustomerEvent(row: ExpressCustomerEventEntity): ExpressCustomerEvent {
  const { type, occurredAt, expressCustomerId, actorApiKeyId, actorUserId, version, changes } = row;
  const position = row.position === null ? null : Number(row.position);
  const by = { actorApiKeyId, actorUserId };
  const id = toEventId(row);
  return { id, eventId: id, type, occurredAt, expressCustomerId, ...by, version, position, changes };
}
