import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A membership: a platform user who is in a customer. The user itself belongs to another subgraph. */
@Entity({ name: 'express_customer_users' })
@Index('express_customer_users_added_order', ['clinicId', 'expressCustomerId', 'addedAt', 'userId'])
@Index('express_customer_users_of_user', ['clinicId', 'userId', 'expressCustomerId'])
export class ExpressCustomerUserEntity {
  @PrimaryColumn({ name: 'clinic_id', type: 'uuid', primaryKeyConstraintName: 'express_customer_users_pkey' })
  clinicId!: string;

  @PrimaryColumn({
    name: 'express_customer_id',
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'express_customer_users_pkey',
  })
  expressCustomerId!: string;

  @PrimaryColumn({
    name: 'user_id',
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'express_customer_users_pkey',
  })
  userId!: string;

  @Column({ name: 'added_at', type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  addedAt!: Date;
}
