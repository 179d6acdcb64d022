import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { PageInfo } from '../../shared/page-info.type.js';
import { DateTimeScalar, JsonScalar } from '../../shared/scalars.js';
import type { ExpressCustomerEventEntity } from '../model/express-customer-event.entity.js';

@ObjectType({
  description:
    'One changed field: path such as expressCustomerName or metadata.region; values as JSON, null where absent.',
})
export class ExpressCustomerEventChange {
  @Field({ description: 'expressCustomerName, isActive, users, or metadata. and the key.' })
  path!: string;

  @Field(() => JsonScalar, { nullable: true, description: 'The value before; null where there was none.' })
  before!: unknown;

  @Field(() => JsonScalar, { nullable: true, description: 'The value after; null where there is none any more.' })
  after!: unknown;
}

@ObjectType({ description: 'A change to a customer, as it was recorded together with the change itself.' })
export class ExpressCustomerEvent {
  @Field(() => ID, { description: 'Unique identifier of the event.' })
  eventId!: string;

  @Field({
    description: 'express_customer.created, .updated, .deactivated, .reactivated, .user_added or .user_removed',
  })
  type!: string;

  @Field(() => DateTimeScalar, { description: "When it happened: the customer's updatedAt after it." })
  occurredAt!: Date;

  @Field(() => ID, { description: 'The customer that changed.' })
  expressCustomerId!: string;

  @Field(() => ID, { nullable: true, description: 'UUID of the API key that did it; null when a dashboard user did.' })
  actorApiKeyId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'usr_ id of the dashboard user who did it; null when an API key did.',
  })
  actorUserId!: string | null;

  @Field(() => Int, { description: 'Version of the customer after the change.' })
  version!: number;

  // Each change carries two values.
  @Directive('@cost(weight: 2)')
  @Field(() => [ExpressCustomerEventChange], { description: 'What changed, one entry a field.' })
  changes!: ExpressCustomerEventChange[];
}

@ObjectType({ description: 'An event and its place in the history.' })
export class ExpressCustomerEventEdge {
  @Field({ description: 'Pass it as `after` to go on behind this event.' })
  cursor!: string;

  @Field(() => ExpressCustomerEvent, { description: 'The event.' })
  node!: ExpressCustomerEvent;
}

@ObjectType({ description: "One page of a customer's history." })
export class ExpressCustomerEventConnection {
  @Field(() => [ExpressCustomerEventEdge], { description: 'The events, each with its cursor.' })
  edges!: ExpressCustomerEventEdge[];

  @Field(() => [ExpressCustomerEvent], { description: 'The events alone.' })
  nodes!: ExpressCustomerEvent[];

  @Field(() => PageInfo, { description: 'Whether and where the history goes on.' })
  pageInfo!: PageInfo;
}

// A customer has one event per version, so the two name it.
const eventId = ({ expressCustomerId, version }: ExpressCustomerEventEntity): string =>
  `evt_${expressCustomerId.slice('cus_'.length)}_${version}`;

/** The only way from an event's row to an answer. */
export function toExpressCustomerEvent(row: ExpressCustomerEventEntity): ExpressCustomerEvent {
  const { type, occurredAt, expressCustomerId, actorApiKeyId, actorUserId, version, changes } = row;
  return { eventId: eventId(row), type, occurredAt, expressCustomerId, actorApiKeyId, actorUserId, version, changes };
}
