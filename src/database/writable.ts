import type { Client } from 'pg';
import type { Database } from './database.js';
import { withConnection } from './prepared-statement.js';

const IS_WRITABLE = `
  SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS "isWritable"`;

/**
 * Whether the database takes writes: no standby, and nothing sets it read-only. A read-only connection is ended, so that the
 * next check looks the address up again; not by an instance that was started on a standby.
 * @throws Error when the database cannot be reached.
 */
export const isWritable = ({ dataSource, isStandby }: Pick<Database, 'dataSource' | 'isStandby'>): Promise<boolean> =>
  withConnection(dataSource, async (client) => {
    const { rows } = await client.query<{ isWritable: boolean }>(IS_WRITABLE);
    if (!rows[0]!.isWritable && !isStandby) void (client as unknown as Client).end();
    return rows[0]!.isWritable;
  });

/** Work of a background task that is left out while the database takes no writes. */
export const whileWritable =
  (database: Pick<Database, 'dataSource' | 'isStandby'>, work: (stopping?: AbortSignal) => Promise<unknown>) =>
  async (stopping?: AbortSignal): Promise<void> => {
    if (await isWritable(database)) await work(stopping);
  };
