import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { PAGE_SIZE } from '../../shared/page.js';
import { cursor, pageSize } from '../../shared/rules.js';
import { ValidateWith, nestedInput, nullable } from '../../shared/validation.js';
import type { ExpressCustomerEventType } from '../model/express-customer-event.entity.js';
import * as listRules from '../model/list-rules.js';
import * as rules from '../model/rules.js';

@InputType({ description: 'Selects events that meet all given conditions. Omit or null: no filter.' })
export class ExpressCustomerEventFilter {
  @Field(() => [String], {
    nullable: true,
    description:
      'Kinds of change, such as express_customer.created: the values of ExpressCustomerEvent.type. Omit or null: all kinds.',
  })
  @ValidateWith(nullable(listRules.eventTypes))
  types?: ExpressCustomerEventType[] | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the customer that changed; an unknown one has no events. Omit or null: all customers.',
  })
  @ValidateWith(nullable(rules.expressCustomerId))
  expressCustomerId?: string | null;
}

@ArgsType()
export class ExpressCustomerEventsArgs {
  @Field(() => Int, { defaultValue: PAGE_SIZE.default, description: 'Page size: 1-100.' })
  @ValidateWith(pageSize)
  first!: number;

  @Field(() => String, {
    nullable: true,
    description: 'endCursor of the page before, or the cursor of an event. Omit or null: from the first event.',
  })
  @ValidateWith(nullable(cursor))
  after?: string | null;

  @Field(() => ExpressCustomerEventFilter, {
    nullable: true,
    description: 'Conditions that the events meet. Omit or null: all events.',
  })
  @ValidateWith(nullable(nestedInput(ExpressCustomerEventFilter)))
  filter?: ExpressCustomerEventFilter | null;
}
