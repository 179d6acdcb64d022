import type { MigrationInterface, QueryRunner } from 'typeorm';

export class FindExpressCustomers1767225600300 implements MigrationInterface {
  async up(session: QueryRunner): Promise<void> {
    // Both are trusted: whoever may create in the database may install them.
    await session.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
    await session.query('CREATE EXTENSION IF NOT EXISTS btree_gin');
    await session.query(`
      CREATE INDEX express_customers_activity_order
      ON express_customers (clinic_id, is_active, express_customer_id)`);
    // Partial, so that it costs nothing to create a customer, who is active.
    await session.query(`
      CREATE INDEX express_customers_inactive_name_order
      ON express_customers (clinic_id, left(name_search, 100), express_customer_id) WHERE NOT is_active`);
    // New entries are collected and filed together, which halves what a create pays. A small collection keeps the
    // filing short for whoever has to do it, and searches, which read all of it, steady.
    await session.query(`
      CREATE INDEX express_customers_search
      ON express_customers USING gin (clinic_id, name_search gin_trgm_ops, metadata jsonb_path_ops)
      WITH (fastupdate = on, gin_pending_list_limit = 1024)`);
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('DROP INDEX express_customers_search');
    await session.query('DROP INDEX express_customers_inactive_name_order');
    await session.query('DROP INDEX express_customers_activity_order');
    await session.query('DROP EXTENSION btree_gin');
    await session.query('DROP EXTENSION pg_trgm');
  }
}
