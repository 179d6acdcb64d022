import type { DataSource, QueryRunner } from 'typeorm';
import { OperatorError } from '../shared/operator-error.js';
import { requireMigrated } from './migrate.js';
import { withMigrationLock, type Report } from './migration-lock.js';
import { withOnlineSession } from './online-migration.js';

/** The tables cannot be distributed here. */
export class DistributeError extends OperatorError {}

/** Kept whole on every node: few rows, to which tables that are distributed refer. All others are distributed by clinic. */
const REFERENCE_TABLE = 'clinics';
/** The others are placed where this one's rows of the same clinic are. */
const FIRST_TABLE = 'express_customers';

/** The tables of the schema in the order in which they are distributed. */
export function tablesToDistribute({ entityMetadatas }: Pick<DataSource, 'entityMetadatas'>): string[] {
  const first = [REFERENCE_TABLE, FIRST_TABLE];
  return [...first, ...entityMetadatas.map(({ tableName }) => tableName).filter((name) => !first.includes(name))];
}

async function requireCitus(session: QueryRunner): Promise<void> {
  const found = (await session.query(`SELECT 1 FROM pg_extension WHERE extname = 'citus'`)) as unknown[];
  if (found.length === 0)
    throw new DistributeError(
      'This database has no Citus, so its tables stay where they are. On the coordinator and on every worker run CREATE ' +
        'EXTENSION citus; then, on the coordinator, SELECT citus_add_node(host, port) for each worker; then this again.',
    );
}

// A table that Citus knows only because another refers to it is still local.
const IS_DISTRIBUTED = `
  SELECT 1 FROM pg_dist_partition WHERE logicalrelid = $1::regclass AND (partmethod, repmodel) <> ($2, $3)`;

async function distributeTable(session: QueryRunner, table: string): Promise<boolean> {
  if (((await session.query(IS_DISTRIBUTED, [table, 'n', 's'])) as unknown[]).length > 0) return false;
  const place = table === FIRST_TABLE ? 'default' : FIRST_TABLE;
  if (table === REFERENCE_TABLE) await session.query('SELECT create_reference_table($1)', [table]);
  else await session.query(`SELECT create_distributed_table($1, 'clinic_id', colocate_with => $2)`, [table, place]);
  return true;
}

/**
 * Distributes the tables over the nodes of a Citus cluster, each clinic on one. Repeatable: what is distributed stays as it is.
 * Takes as long as it needs; no instance of the service may run meanwhile.
 * @param report receives the name of each table before and after.
 * @returns the tables that were distributed.
 * @throws DistributeError where there is no Citus; MigrationError when the schema is not up to date; MigrationLockedError.
 */
export const distribute = (dataSource: DataSource, report: Report): Promise<string[]> =>
  withMigrationLock(
    dataSource,
    (locked) =>
      withOnlineSession(dataSource, locked, async (session) => {
        await requireCitus(session);
        await requireMigrated(dataSource);
        const distributed: string[] = [];
        for (const table of tablesToDistribute(dataSource)) {
          report(`distributing ${table} ...`);
          if (await distributeTable(session, table)) distributed.push(table);
        }
        // The copies that stay behind on the coordinator.
        for (const table of [...distributed].reverse())
          await session.query('SELECT truncate_local_data_after_distributing_table($1::regclass)', [table]);
        return distributed;
      }),
    report,
  );
