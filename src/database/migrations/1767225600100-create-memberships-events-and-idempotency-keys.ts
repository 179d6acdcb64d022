import type { MigrationInterface, QueryRunner } from 'typeorm';

const MEMBERSHIPS = [
  `CREATE TABLE express_customer_users (
    clinic_id uuid NOT NULL,
    express_customer_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    added_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT express_customer_users_pkey PRIMARY KEY (clinic_id, express_customer_id, user_id)
  )`,
  `CREATE INDEX express_customer_users_added_order
    ON express_customer_users (clinic_id, express_customer_id, added_at, user_id)`,
  `CREATE INDEX express_customer_users_of_user
    ON express_customer_users (clinic_id, user_id, express_customer_id)`,
];

// The key says that a customer has one event per version, so a change that lost a race cannot write its event.
const EVENTS = [
  `CREATE TABLE express_customer_events (
    clinic_id uuid NOT NULL,
    express_customer_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz(3) NOT NULL,
    actor_api_key_id uuid,
    actor_user_id text COLLATE "C",
    changes jsonb NOT NULL,
    CONSTRAINT express_customer_events_pkey PRIMARY KEY (clinic_id, express_customer_id, version),
    CONSTRAINT express_customer_events_actor_check CHECK (num_nonnulls(actor_api_key_id, actor_user_id) = 1)
  )`,
];

const IDEMPOTENCY_KEYS = [
  `CREATE TABLE idempotency_keys (
    clinic_id uuid NOT NULL,
    actor_id text COLLATE "C" NOT NULL,
    operation text COLLATE "C" NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    fingerprint bytea NOT NULL,
    express_customer_id text COLLATE "C" NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (clinic_id, actor_id, operation, idempotency_key)
  )`,
  'CREATE INDEX idempotency_keys_age ON idempotency_keys (clinic_id, created_at)',
];

export class CreateMembershipsEventsAndIdempotencyKeys1767225600100 implements MigrationInterface {
  async up(session: QueryRunner): Promise<void> {
    for (const statement of [...MEMBERSHIPS, ...EVENTS, ...IDEMPOTENCY_KEYS]) await session.query(statement);
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('DROP TABLE idempotency_keys');
    await session.query('DROP TABLE express_customer_events');
    await session.query('DROP TABLE express_customer_users');
  }
}
