import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateExpressCustomers1767225600001 implements MigrationInterface {
  async up(session: QueryRunner): Promise<void> {
    // The limits stand here too: whatever writes to the table, a row that breaks them cannot exist.
    await session.query(`
      CREATE TABLE express_customers (
        clinic_id uuid NOT NULL,
        express_customer_id text COLLATE "C" NOT NULL,
        express_customer_name text NOT NULL,
        name_search text COLLATE "C" NOT NULL,
        is_active boolean NOT NULL DEFAULT true,
        user_count integer NOT NULL DEFAULT 0,
        metadata jsonb NOT NULL,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        created_by_api_key_id uuid,
        created_by_user_id text COLLATE "C",
        CONSTRAINT express_customers_pkey PRIMARY KEY (clinic_id, express_customer_id),
        CONSTRAINT express_customers_name_check CHECK (char_length(express_customer_name) BETWEEN 1 AND 500),
        CONSTRAINT express_customers_user_count_check CHECK (user_count >= 0),
        CONSTRAINT express_customers_metadata_check CHECK (jsonb_typeof(metadata) = 'object'),
        CONSTRAINT express_customers_creator_check CHECK (num_nonnulls(created_by_api_key_id, created_by_user_id) = 1)
      )`);
    // A name can be longer than an index entry may be; its first 100 characters sort it, the id decides between equals.
    await session.query(`
      CREATE INDEX express_customers_name_order
      ON express_customers (clinic_id, left(name_search, 100), express_customer_id)`);
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('DROP TABLE express_customers');
  }
}
