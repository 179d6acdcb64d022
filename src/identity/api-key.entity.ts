import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { ClinicEntity } from './clinic.entity.js';
import type { Scope } from './actor.js';

/** An API key as it is stored: what it may do, and a hash of its secret, never the secret. */
@Entity({ name: 'api_keys' })
@Index('api_keys_creation_order', ['clinicId', 'createdAt', 'apiKeyId'])
@Index('api_keys_idempotency', ['clinicId', 'idempotencyActorId', 'idempotencyKey'], { unique: true })
export class ApiKeyEntity {
  @PrimaryColumn({ name: 'clinic_id', type: 'uuid', primaryKeyConstraintName: 'api_keys_pkey' })
  clinicId!: string;

  @PrimaryColumn({ name: 'api_key_id', type: 'uuid', primaryKeyConstraintName: 'api_keys_pkey' })
  apiKeyId!: string;

  /** SHA-256 of the token's secret. A slow hash would protect guessable secrets; this one has 256 random bits. */
  @Column({ name: 'secret_hash', type: 'bytea' })
  secretHash!: Buffer;

  @Column({ name: 'scopes', type: 'text', array: true })
  scopes!: Scope[];

  /** The operator's note on its use. */
  @Column({ name: 'description', type: 'text' })
  description!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  createdAt!: Date;

  /** When it expires; null: never. */
  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3, nullable: true })
  expiresAt!: Date | null;

  /** When it was revoked; null: it is not. */
  @Column({ name: 'revoked_at', type: 'timestamptz', precision: 3, nullable: true })
  revokedAt!: Date | null;

  /** Accurate to a minute. */
  @Column({ name: 'last_used_at', type: 'timestamptz', precision: 3, nullable: true })
  lastUsedAt!: Date | null;

  /** Null: an operator or a user created it, or a version that did not record it. */
  @Column({ name: 'created_by_api_key_id', type: 'uuid', nullable: true })
  createdByApiKeyId!: string | null;

  @Column({ name: 'created_by_user_id', type: 'text', collation: 'C', nullable: true })
  createdByUserId!: string | null;

  @Column({ name: 'revoked_by_api_key_id', type: 'uuid', nullable: true })
  revokedByApiKeyId!: string | null;

  @Column({ name: 'revoked_by_user_id', type: 'text', collation: 'C', nullable: true })
  revokedByUserId!: string | null;

  /** The key that a rotation created in its place. */
  @Column({ name: 'replaced_by_api_key_id', type: 'uuid', nullable: true })
  replacedByApiKeyId!: string | null;

  /** Whose idempotency key created it: an API key's UUID or a user's `usr_` id. */
  @Column({ name: 'idempotency_actor_id', type: 'text', collation: 'C', nullable: true })
  idempotencyActorId!: string | null;

  @Column({ name: 'idempotency_key', type: 'text', collation: 'C', nullable: true })
  idempotencyKey!: string | null;

  /** SHA-256 of the input that came with the idempotency key, in RFC 8785 canonical form. */
  @Column({ name: 'input_fingerprint', type: 'bytea', nullable: true })
  inputFingerprint!: Buffer | null;

  @ManyToOne(() => ClinicEntity)
  @JoinColumn({ name: 'clinic_id', foreignKeyConstraintName: 'api_keys_clinic_fkey' })
  clinic?: ClinicEntity;
}

/** Whether a key is accepted at a time. */
export function getKeyState({ revokedAt, expiresAt }: ApiKeyEntity, now: Date): 'active' | 'revoked' | 'expired' {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt <= now ? 'expired' : 'active';
}
