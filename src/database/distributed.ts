import type { DataSource, EntityManager } from 'typeorm';
import { retryTransient } from './in-transaction.js';
import { runPrepared, type PreparedStatement } from './prepared-statement.js';

const distributed = new WeakSet<DataSource>();

/** Notes that the server is the coordinator of a Citus cluster. */
export const markDistributed = (dataSource: DataSource): void => void distributed.add(dataSource);

/**
 * Whether rows should be written table by table, each spelled out. From a statement that writes several tables Citus cannot see
 * that all its rows belong on one node, and runs it on every node: docs/decisions/0063-distributed-by-clinic.md.
 */
export const isDistributed = (dataSource: DataSource): boolean => distributed.has(dataSource);

/**
 * Runs a statement that writes several tables by itself, or on a distributed database the work that does the same table by table, in
 * one transaction. @returns the rows of either.
 */
export const runWrite = <Row extends object>(
  dataSource: DataSource,
  statement: PreparedStatement,
  byRows: (manager: EntityManager) => Promise<Row[]>,
): Promise<Row[]> =>
  retryTransient(() =>
    isDistributed(dataSource) ? dataSource.transaction(byRows) : runPrepared<Row>(dataSource, statement),
  );
