import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const primaryKeyConstraintName = 'unkeyed_creates_pkey';

/** A create that came without an idempotency key, kept ten minutes so that its automatic retry finds it. */
@Entity({ name: 'unkeyed_creates' })
@Index('unkeyed_creates_age', ['clinicId', 'createdAt'])
export class UnkeyedCreateEntity {
  @PrimaryColumn({ name: 'clinic_id', type: 'uuid', primaryKeyConstraintName })
  clinicId!: string;

  /** An API key's UUID or a user's `usr_` id. */
  @PrimaryColumn({ name: 'actor_id', type: 'text', collation: 'C', primaryKeyConstraintName })
  actorId!: string;

  /** SHA-256 of the input's RFC 8785 canonical form. */
  @PrimaryColumn({ name: 'fingerprint', type: 'bytea', primaryKeyConstraintName })
  fingerprint!: Buffer;

  @PrimaryColumn({ name: 'express_customer_id', type: 'text', collation: 'C', primaryKeyConstraintName })
  expressCustomerId!: string;

  /** The highest of `tries`. */
  @Column({ name: 'retry_count', type: 'integer' })
  retryCount!: number;

  /** The tries that were answered with this customer: 0 is the original. */
  @Column({ name: 'tries', type: 'integer', array: true, default: () => "'{0}'" })
  tries!: number[];

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
