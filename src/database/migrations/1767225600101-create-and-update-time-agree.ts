import type { MigrationInterface, QueryRunner } from 'typeorm';

const TIMES = ['created_at', 'updated_at'];

/**
 * A new customer was updated when it was created: clock_timestamp() is read once a column, and in one row of some thousands
 * the two fell into different milliseconds.
 */
export class CreateAndUpdateTimeAgree1767225600101 implements MigrationInterface {
  async up(session: QueryRunner): Promise<void> {
    for (const column of TIMES) {
      await session.query(`ALTER TABLE express_customers ALTER ${column} SET DEFAULT statement_timestamp()`);
    }
  }

  async down(session: QueryRunner): Promise<void> {
    for (const column of TIMES) {
      await session.query(`ALTER TABLE express_customers ALTER ${column} SET DEFAULT clock_timestamp()`);
    }
  }
}
