import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar, JsonScalar } from '../../shared/scalars.js';
import { EXTERNAL_REFERENCE_ID, METADATA_LIMITS } from './descriptions.js';
import { Node } from './node.type.js';
import type { Metadata } from '../model/express-customer.entity.js';
import type { ListedCustomer } from '../model/listed-customer.js';

/** A customer as every API answers it. */
@ObjectType({ implements: Node, description: 'An Express customer: groups users and studies.' })
@Directive('@key(fields: "id")')
@Directive('@key(fields: "expressCustomerId")')
export class ExpressCustomer extends Node {
  @Field(() => ID, {
    description: 'Same value as expressCustomerId, so that client caches normalise without configuration.',
  })
  declare id: string;

  @Field(() => ID, {
    description: 'Unique identifier: cus_ followed by 32 lower-case hex digits; ids sort by creation.',
  })
  expressCustomerId!: string;

  @Field({ description: 'Name, exactly as it was sent.' })
  expressCustomerName!: string;

  @Field(() => ID, { nullable: true, description: `${EXTERNAL_REFERENCE_ID} Null if it has none.` })
  externalReferenceId!: string | null;

  @Field({ description: 'Whether new studies and users may be attached.' })
  isActive!: boolean;

  @Field(() => Int, { description: 'Number of users currently in this customer.' })
  userCount!: number;

  // As much as ten objects: the largest is 200 KB.
  @Directive('@cost(weight: 10)')
  @Field(() => JsonScalar, {
    description: `Custom key-value pairs; an empty object if there are none. ${METADATA_LIMITS}`,
  })
  metadata!: Metadata;

  @Field(() => Int, { description: 'Starts at 1 and grows by one with every change; pass it as expectedVersion.' })
  version!: number;

  @Field(() => DateTimeScalar, { description: 'Time of creation.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Time of the last change.' })
  updatedAt!: Date;

  @Field(() => ID, {
    nullable: true,
    description: 'UUID of the API key that created the customer; null if a dashboard user did.',
  })
  createdByApiKeyId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the dashboard user who created the customer; null if an API key did.',
  })
  createdByUserId!: string | null;
}

/** Maps a row to an answer. It is the only way, so that a column which is not named here cannot leak. */
export function toExpressCustomer(row: ListedCustomer): ExpressCustomer {
  return {
    id: row.expressCustomerId,
    expressCustomerId: row.expressCustomerId,
    expressCustomerName: row.expressCustomerName,
    externalReferenceId: row.externalReferenceId,
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
