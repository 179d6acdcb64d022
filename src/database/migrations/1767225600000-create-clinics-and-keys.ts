import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateClinicsAndKeys1767225600000 implements MigrationInterface {
  async up(session: QueryRunner): Promise<void> {
    await session.query(`
      CREATE TABLE clinics (
        clinic_id uuid NOT NULL,
        name text NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT clinics_pkey PRIMARY KEY (clinic_id)
      )`);
    await session.query(`
      CREATE TABLE api_keys (
        clinic_id uuid NOT NULL,
        api_key_id uuid NOT NULL,
        secret_hash bytea NOT NULL,
        scopes text[] NOT NULL,
        description text NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz(3),
        revoked_at timestamptz(3),
        last_used_at timestamptz(3),
        CONSTRAINT api_keys_pkey PRIMARY KEY (clinic_id, api_key_id),
        CONSTRAINT api_keys_clinic_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (clinic_id)
      )`);
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('DROP TABLE api_keys');
    await session.query('DROP TABLE clinics');
  }
}
