import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateUnkeyedCreates1767225600500 implements MigrationInterface {
  async up(session: QueryRunner): Promise<void> {
    await session.query(`
      CREATE TABLE unkeyed_creates (
        clinic_id uuid NOT NULL,
        actor_id text COLLATE "C" NOT NULL,
        fingerprint bytea NOT NULL,
        express_customer_id text COLLATE "C" NOT NULL,
        retry_count integer NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT unkeyed_creates_pkey PRIMARY KEY (clinic_id, actor_id, fingerprint, express_customer_id)
      )`);
    await session.query('CREATE INDEX unkeyed_creates_age ON unkeyed_creates (clinic_id, created_at)');
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('DROP TABLE unkeyed_creates');
  }
}
