import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A clinic: the tenant to which every other row belongs. */
@Entity({ name: 'clinics' })
export class ClinicEntity {
  @PrimaryColumn({ name: 'clinic_id', type: 'uuid', primaryKeyConstraintName: 'clinics_pkey' })
  clinicId!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
