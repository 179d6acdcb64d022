import type { MigrationInterface, QueryRunner } from 'typeorm';
import { alterTable } from '../online-migration.js';

// A column without a default: no row is rewritten. Instances of the version before write events without a position meanwhile.
export class AddEventPositions1767225600700 implements MigrationInterface {
  async up(session: QueryRunner): Promise<void> {
    // Room in each page, so that the new version of a counter's row is next to the old one, and no index changes.
    await session.query(`
      CREATE TABLE event_counters (
        clinic_id uuid NOT NULL,
        last_position bigint NOT NULL,
        CONSTRAINT event_counters_pkey PRIMARY KEY (clinic_id)
      ) WITH (fillfactor = 50)`);
    await alterTable(session, 'ALTER TABLE express_customer_events ADD COLUMN position bigint');
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('ALTER TABLE express_customer_events DROP COLUMN position');
    await session.query('DROP TABLE event_counters');
  }
}
