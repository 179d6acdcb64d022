import type { DataSource, EntityManager } from 'typeorm';
import { poolOf } from './pool.js';

/**
 * Runs a statement that the server parses once a connection and keeps by its name. Outside of transactions alone.
 * It speaks to the pool below TypeORM, which has no way to name one.
 */
export async function runNamed<Row extends object>(
  dataSource: DataSource,
  name: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  dataSource.logger.logQuery(text, values);
  // Not the pool's own `query`, which gives up the connection after any error, a broken rule of the table too.
  const client = await poolOf(dataSource).connect();
  // A connection that breaks tells its statement, which throws here, and emits the same error; unheard it ends the process.
  const heard = () => undefined;
  client.on('error', heard);
  try {
    return (await client.query<Row>({ name, text, values })).rows;
  } finally {
    client.off('error', heard);
    client.release();
  }
}

/** Whether what it does belongs to a transaction, and so must go through it. */
export const isInTransaction = (manager: EntityManager): boolean => manager.queryRunner !== undefined;

/** Makes one of something for each data source, when it is first asked for. */
export function oncePerDataSource<T>(make: (dataSource: DataSource) => T): (dataSource: DataSource) => T {
  const made = new WeakMap<DataSource, T>();
  return (dataSource) => {
    let one = made.get(dataSource);
    if (!one) made.set(dataSource, (one = make(dataSource)));
    return one;
  };
}

/** A fault of the values of a statement, or of others in its way: the server has refused it whole and changed nothing. */
export const isFaultOfValues = (error: unknown): boolean =>
  /^(22|23|40)/.test((error as { code?: string } | null)?.code ?? '');
