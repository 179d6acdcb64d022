import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar, JsonScalar } from '../../shared/scalars.js';
import type { ExpressCustomerEntity, Metadata } from '../model/express-customer.entity.js';

/** The REST-shaped answer, the same through every door. */
@ObjectType({ description: 'An Express customer: groups users and studies.' })
@Directive('@key(fields: "expressCustomerId")')
export class ExpressCustomer {
  @Field(() => ID, {
    description: 'Same value as expressCustomerId, so that client caches normalise without configuration.',
  })
  id!: string;

  @Field(() => ID, {
    description: 'Unique identifier: cus_ followed by 32 lower-case hex digits, in order of creation.',
  })
  expressCustomerId!: string;

  @Field({ description: 'The name exactly as it was sent.' })
  expressCustomerName!: string;

  @Field({ description: 'Whether new studies and users may be attached.' })
  isActive!: boolean;

  @Field(() => Int, { description: 'Number of users currently in this customer.' })
  userCount!: number;

  // As much as ten objects: the largest is 200 KB.
  @Directive('@cost(weight: 10)')
  @Field(() => JsonScalar, { description: 'Empty object when there is none.' })
  metadata!: Metadata;

  @Field(() => Int, { description: 'Grows by one with every change; pass it back as expectedVersion.' })
  version!: number;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  updatedAt!: Date;

  @Field(() => ID, {
    nullable: true,
    description: 'UUID of the API key that created it; null when a dashboard user did.',
  })
  createdByApiKeyId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'usr_ id of the dashboard user who created it; null when an API key did.',
  })
  createdByUserId!: string | null;
}

/** The only way from a row to an answer: a column that is not named here cannot leak. */
export function toExpressCustomer(row: ExpressCustomerEntity): ExpressCustomer {
  return {
    id: row.expressCustomerId,
    expressCustomerId: row.expressCustomerId,
    expressCustomerName: row.expressCustomerName,
    isActive: row.isActive,
    userCount: row.userCount,
    metadata: row.metadata,
    version: row.version,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    createdByApiKeyId: row.createdByApiKeyId,
    createdByUserId: row.createdByUserId,
  };
}
