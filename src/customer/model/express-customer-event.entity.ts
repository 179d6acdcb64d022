import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

export const EXPRESS_CUSTOMER_EVENT_TYPES = [
  'express_customer.created',
  'express_customer.updated',
  'express_customer.deactivated',
  'express_customer.reactivated',
  'express_customer.user_added',
  'express_customer.user_removed',
] as const;
export type ExpressCustomerEventType = (typeof EXPRESS_CUSTOMER_EVENT_TYPES)[number];

/** One changed field; null where there was or is no value. */
export interface Change {
  path: string;
  before: string | boolean | null;
  after: string | boolean | null;
}

/** A change to a customer, written in the transaction of the change and never touched again. */
@Entity({ name: 'express_customer_events' })
@Check('express_customer_events_actor_check', 'num_nonnulls(actor_api_key_id, actor_user_id) = 1')
@Index('express_customer_events_position', ['clinicId', 'position'], { unique: true })
@Index('express_customer_events_unnumbered', { synchronize: false })
export class ExpressCustomerEventEntity {
  @PrimaryColumn({ name: 'clinic_id', type: 'uuid', primaryKeyConstraintName: 'express_customer_events_pkey' })
  clinicId!: string;

  @PrimaryColumn({
    name: 'express_customer_id',
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'express_customer_events_pkey',
  })
  expressCustomerId!: string;

  /** The customer's version after the change. */
  @PrimaryColumn({ name: 'version', type: 'integer', primaryKeyConstraintName: 'express_customer_events_pkey' })
  version!: number;

  @Column({ name: 'type', type: 'text' })
  type!: ExpressCustomerEventType;

  /** The same instant as the customer's `updatedAt` after the change. */
  @Column({ name: 'occurred_at', type: 'timestamptz', precision: 3 })
  occurredAt!: Date;

  @Column({ name: 'actor_api_key_id', type: 'uuid', nullable: true })
  actorApiKeyId!: string | null;

  @Column({ name: 'actor_user_id', type: 'text', collation: 'C', nullable: true })
  actorUserId!: string | null;

  @Column({ name: 'changes', type: 'jsonb' })
  changes!: Change[];

  /**
   * Its number in the clinic's feed: 1, 2, 3, ... in the order of the commits. Null until an event that an instance of an earlier
   * version wrote is numbered. As text, because the driver reads a bigint so.
   */
  @Column({ name: 'position', type: 'bigint', nullable: true })
  position!: string | null;
}
