import type { PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { poolOf } from './connection/pool.js';

/** A statement that the server parses once per connection and keeps under its name. */
export interface PreparedStatement {
  name: string;
  text: string;
  values: unknown[];
}

/** Runs work on a connection from the pool below TypeORM, which has no way to name a statement. */
export async function withConnection<T>(dataSource: DataSource, work: (client: PoolClient) => Promise<T>): Promise<T> {
  // Not the pool's own `query`, which drops the connection after any error, even a violated constraint.
  const client = await poolOf(dataSource).connect();
  // A connection that breaks fails its statement, which throws here, and also emits 'error'; unhandled, that would crash the
  // process.
  const ignore = () => undefined;
  client.on('error', ignore);
  try {
    return await work(client);
  } finally {
    client.off('error', ignore);
    client.release();
  }
}

async function run<Row extends object>(
  { logger }: DataSource,
  client: PoolClient,
  statement: PreparedStatement,
): Promise<Row[]> {
  logger.logQuery(statement.text, statement.values);
  return (await client.query<Row>(statement)).rows;
}

/** Runs a statement by itself, outside of transactions. */
export const runPrepared = <Row extends object>(dataSource: DataSource, statement: PreparedStatement): Promise<Row[]> =>
  withConnection(dataSource, (client) => run<Row>(dataSource, client, statement));

/**
 * Runs two statements as one transaction in a pipeline: one round trip instead of four. After one of its parts has failed,
 * the server rejects the others and executes the COMMIT as a ROLLBACK.
 * @returns the rows of the second statement.
 */
export const runPreparedInTransaction = <Row extends object>(
  dataSource: DataSource,
  first: PreparedStatement,
  second: PreparedStatement,
): Promise<Row[]> =>
  withConnection(dataSource, async (client) => {
    const parts = await Promise.allSettled([
      client.query('BEGIN'),
      run(dataSource, client, first),
      run<Row>(dataSource, client, second),
      client.query('COMMIT'),
    ]);
    // The first failure is why the others failed.
    for (const part of parts) if (part.status === 'rejected') throw part.reason;
    return (parts[2] as PromiseFulfilledResult<Row[]>).value;
  });

/** Whether the manager belongs to a transaction, so that its statements must run on that connection. */
export const isInTransaction = (manager: EntityManager): boolean => manager.queryRunner !== undefined;

/** Computes a value once per data source, on first use. */
export function perDataSource<T>(compute: (dataSource: DataSource) => T): (dataSource: DataSource) => T {
  const values = new WeakMap<DataSource, { value: T }>();
  return (dataSource) => {
    let known = values.get(dataSource);
    if (!known) values.set(dataSource, (known = { value: compute(dataSource) }));
    return known.value;
  };
}
