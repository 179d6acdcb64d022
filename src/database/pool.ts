import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

/** The pool below TypeORM, for statements whose plan the server keeps by name. */
export const poolOf = (dataSource: DataSource): Pool => (dataSource.driver as unknown as { master: Pool }).master;
