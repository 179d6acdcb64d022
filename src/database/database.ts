import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Config } from '../config.js';
import { ApiKeyEntity } from '../identity/api-key.entity.js';
import { ClinicEntity } from '../identity/clinic.entity.js';
import { ExpressCustomerEntity } from '../customer/express-customer.entity.js';
import { openEmbeddedEngine } from './embedded-engine.js';
import { migrations } from './migrations/index.js';

const entities = [ClinicEntity, ApiKeyEntity, ExpressCustomerEntity];

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

const SHARED_OPTIONS = {
  type: 'postgres',
  entities,
  migrations,
  migrationsTableName: 'migrations',
  // The schema changes by migrations alone, and needs no extension that TypeORM would want to install by itself.
  synchronize: false,
  installExtensions: false,
  logging: false,
} satisfies Partial<PostgresOptions>;

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 3_000;

/** The database as the service speaks to it: one TypeORM data source, whichever engine is behind it. */
export interface Database {
  dataSource: DataSource;
  engine: 'embedded' | 'postgresql';
  close(): Promise<void>;
}

function postgresql(databaseUrl: string): Database {
  const dataSource = new DataSource({
    ...SHARED_OPTIONS,
    url: databaseUrl,
    applicationName: 'avara-express-customers',
    poolSize: POOL_SIZE,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
  });
  return { dataSource, engine: 'postgresql', close: () => dataSource.destroy() };
}

async function embedded(dataDir: string): Promise<Database> {
  const engine = await openEmbeddedEngine(dataDir);
  const dataSource = new DataSource({ ...SHARED_OPTIONS, extra: engine.poolConfig });
  const close = async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await engine.close();
  };
  return { dataSource, engine: 'embedded', close };
}

/** Names the engine that the configuration asks for, connects, and gives back what must be closed. Migrates nothing. */
export async function openDatabase({
  databaseUrl,
  dataDir,
}: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<Database> {
  const database = databaseUrl === undefined ? await embedded(dataDir) : postgresql(databaseUrl);
  try {
    await database.dataSource.initialize();
    return database;
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}
