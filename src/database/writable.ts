import type { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { withConnection } from './prepared-statement.js';

const IS_WRITABLE = `
  SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS "isWritable"`;

/**
 * Whether the database takes writes: no standby, and nothing sets it read-only. A read-only connection is ended,
 * so that the next check looks the address up again.
 * @throws Error when the database cannot be reached.
 */
export const isWritable = (dataSource: DataSource): Promise<boolean> =>
  withConnection(dataSource, async (client) => {
    const { rows } = await client.query<{ isWritable: boolean }>(IS_WRITABLE);
    if (!rows[0]!.isWritable) void (client as unknown as Client).end();
    return rows[0]!.isWritable;
  });
