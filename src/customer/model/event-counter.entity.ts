import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many events a clinic has in its feed. */
@Entity({ name: 'event_counters' })
export class EventCounterEntity {
  @PrimaryColumn({ name: 'clinic_id', type: 'uuid', primaryKeyConstraintName: 'event_counters_pkey' })
  clinicId!: string;

  /** The position of the last event. A transaction that writes events increases it as the last thing before its commit. */
  @Column({ name: 'last_position', type: 'bigint' })
  lastPosition!: string;
}
