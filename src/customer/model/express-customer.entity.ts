import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type Metadata = Record<string, string>;

/** The index that makes references unique within a clinic; a violation carries its name. */
export const EXTERNAL_REFERENCE_INDEX = 'express_customers_external_reference';

/** A row of a clinic's customers. What the outside sees of it is decided by `toExpressCustomer`. */
@Entity({ name: 'express_customers' })
@Check('express_customers_name_check', 'char_length(express_customer_name) BETWEEN 1 AND 500')
@Check('express_customers_user_count_check', 'user_count >= 0')
@Check('express_customers_metadata_check', "jsonb_typeof(metadata) = 'object'")
@Check('express_customers_creator_check', 'num_nonnulls(created_by_api_key_id, created_by_user_id) = 1')
@Check('express_customers_external_reference_check', 'char_length(external_reference_id) BETWEEN 1 AND 255')
@Index(EXTERNAL_REFERENCE_INDEX, ['clinicId', 'externalReferenceId'], {
  unique: true,
  where: 'external_reference_id IS NOT NULL',
})
@Index('express_customers_name_order', { synchronize: false })
@Index('express_customers_activity_order', ['clinicId', 'isActive', 'expressCustomerId'])
@Index('express_customers_update_order', ['clinicId', 'updatedAt', 'expressCustomerId'])
@Index('express_customers_inactive_name_order', { synchronize: false })
@Index('express_customers_search', { synchronize: false })
export class ExpressCustomerEntity {
  @PrimaryColumn({ name: 'clinic_id', type: 'uuid', primaryKeyConstraintName: 'express_customers_pkey' })
  clinicId!: string;

  /** `cus_` and a UUIDv7, so that the primary key is in the order of creation. */
  @PrimaryColumn({
    name: 'express_customer_id',
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'express_customers_pkey',
  })
  expressCustomerId!: string;

  @Column({ name: 'express_customer_name', type: 'text' })
  expressCustomerName!: string;

  /** The name as it is sorted and searched by: see `foldForSearch`. */
  @Column({ name: 'name_search', type: 'text', collation: 'C' })
  nameSearch!: string;

  /** The id that another system has for the customer; null when none was given. */
  @Column({ name: 'external_reference_id', type: 'text', collation: 'C', nullable: true })
  externalReferenceId!: string | null;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  isActive!: boolean;

  /** Kept equal to the number of memberships by the statements that change them. */
  @Column({ name: 'user_count', type: 'integer', default: 0 })
  userCount!: number;

  @Column({ name: 'metadata', type: 'jsonb' })
  metadata!: Metadata;

  @Column({ name: 'version', type: 'integer', default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'statement_timestamp()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3, default: () => 'statement_timestamp()' })
  updatedAt!: Date;

  @Column({ name: 'created_by_api_key_id', type: 'uuid', nullable: true })
  createdByApiKeyId!: string | null;

  @Column({ name: 'created_by_user_id', type: 'text', collation: 'C', nullable: true })
  createdByUserId!: string | null;
}
