import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

/** The pool below TypeORM, for prepared statements, which TypeORM cannot name. */
export const poolOf = (dataSource: DataSource): Pool => (dataSource.driver as unknown as { master: Pool }).master;
