import type { MigrationInterface, QueryRunner } from 'typeorm';
import { alterTable, createIndex } from '../online-migration.js';

// Nullable without a default: no row is rewritten, and instances of the version before insert and update without the columns. There
// are few keys, so their indexes are built in no time.
export class RecordWhoChangesApiKeys1767225600730 implements MigrationInterface {
  async up(session: QueryRunner): Promise<void> {
    await alterTable(
      session,
      `ALTER TABLE api_keys
        ADD COLUMN created_by_api_key_id uuid,
        ADD COLUMN created_by_user_id text COLLATE "C",
        ADD COLUMN revoked_by_api_key_id uuid,
        ADD COLUMN revoked_by_user_id text COLLATE "C",
        ADD COLUMN replaced_by_api_key_id uuid,
        ADD COLUMN idempotency_actor_id text COLLATE "C",
        ADD COLUMN idempotency_key text COLLATE "C",
        ADD COLUMN input_fingerprint bytea`,
    );
    await createIndex(session, {
      ...{ name: 'api_keys_creation_order', table: 'api_keys' },
      on: '(clinic_id, created_at, api_key_id)',
    });
    // Keys without an idempotency key have nulls, which are never equal.
    await createIndex(session, {
      ...{ name: 'api_keys_idempotency', table: 'api_keys', isUnique: true },
      on: '(clinic_id, idempotency_actor_id, idempotency_key)',
    });
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('DROP INDEX api_keys_creation_order');
    await session.query(`
      ALTER TABLE api_keys
        DROP COLUMN created_by_api_key_id,
        DROP COLUMN created_by_user_id,
        DROP COLUMN revoked_by_api_key_id,
        DROP COLUMN revoked_by_user_id,
        DROP COLUMN replaced_by_api_key_id,
        DROP COLUMN idempotency_actor_id,
        DROP COLUMN idempotency_key,
        DROP COLUMN input_fingerprint`);
  }
}
