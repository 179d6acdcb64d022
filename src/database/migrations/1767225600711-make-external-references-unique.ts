import type { QueryRunner } from 'typeorm';
import { createIndex, type OnlineMigration } from '../online-migration.js';

/** The index reads the whole table once, while others write to it. */
export class MakeExternalReferencesUnique1767225600711 implements OnlineMigration {
  readonly isOnline = true;

  async up(session: QueryRunner): Promise<void> {
    // Partial, so that it costs nothing to create a customer without a reference.
    await createIndex(session, {
      ...{ name: 'express_customers_external_reference', table: 'express_customers', isUnique: true },
      on: '(clinic_id, external_reference_id) WHERE external_reference_id IS NOT NULL',
    });
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('DROP INDEX express_customers_external_reference');
  }
}
