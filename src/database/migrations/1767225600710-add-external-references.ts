import type { MigrationInterface, QueryRunner } from 'typeorm';
import { alterTable } from '../online-migration.js';

// Nullable without a default: no row is rewritten, and instances of the version before insert and update without the column.
export class AddExternalReferences1767225600710 implements MigrationInterface {
  async up(session: QueryRunner): Promise<void> {
    await alterTable(session, 'ALTER TABLE express_customers ADD COLUMN external_reference_id text COLLATE "C"');
    // Every row that is there has none, so there is nothing to check.
    await alterTable(
      session,
      `ALTER TABLE express_customers ADD CONSTRAINT express_customers_external_reference_check
      CHECK (char_length(external_reference_id) BETWEEN 1 AND 255) NOT VALID`,
    );
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('ALTER TABLE express_customers DROP COLUMN external_reference_id');
  }
}
