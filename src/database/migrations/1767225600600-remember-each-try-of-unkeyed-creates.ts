import type { MigrationInterface, QueryRunner } from 'typeorm';

// A constant default: no row is rewritten. Instances of the version before, which know only `retry_count`, go on meanwhile.
export class RememberEachTryOfUnkeyedCreates1767225600600 implements MigrationInterface {
  async up(session: QueryRunner): Promise<void> {
    await session.query(`ALTER TABLE unkeyed_creates ADD COLUMN tries integer[] NOT NULL DEFAULT '{0}'`);
  }

  async down(session: QueryRunner): Promise<void> {
    await session.query('ALTER TABLE unkeyed_creates DROP COLUMN tries');
  }
}
