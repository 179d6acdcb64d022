import type { QueryRunner } from 'typeorm';
import { createIndex, type OnlineMigration } from '../online-migration.js';

export class OrderByUpdateTime1767225600720 implements OnlineMigration {
  readonly isOnline = true;

  up(session: QueryRunner): Promise<void> {
    return createIndex(session, {
      ...{ name: 'express_customers_update_order', table: 'express_customers' },
      on: '(clinic_id, updated_at, express_customer_id)',
    });
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('DROP INDEX express_customers_update_order');
  }
}
