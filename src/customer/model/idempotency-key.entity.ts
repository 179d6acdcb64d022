import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A claimed idempotency key: which customer its first call created, and from what input. */
@Entity({ name: 'idempotency_keys' })
@Index('idempotency_keys_age', ['clinicId', 'createdAt'])
export class IdempotencyKeyEntity {
  @PrimaryColumn({ name: 'clinic_id', type: 'uuid', primaryKeyConstraintName: 'idempotency_keys_pkey' })
  clinicId!: string;

  /** An API key's UUID or a user's `usr_` id. */
  @PrimaryColumn({
    name: 'actor_id',
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'idempotency_keys_pkey',
  })
  actorId!: string;

  @PrimaryColumn({
    name: 'operation',
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'idempotency_keys_pkey',
  })
  operation!: string;

  @PrimaryColumn({
    name: 'idempotency_key',
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'idempotency_keys_pkey',
  })
  idempotencyKey!: string;

  /** SHA-256 of the input's RFC 8785 canonical form. */
  @Column({ name: 'fingerprint', type: 'bytea' })
  fingerprint!: Buffer;

  @Column({ name: 'express_customer_id', type: 'text', collation: 'C' })
  expressCustomerId!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
