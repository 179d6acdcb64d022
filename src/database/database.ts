import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Config } from '../config/config.js';
import { ApiKeyEntity } from '../identity/api-key.entity.js';
import { ClinicEntity } from '../identity/clinic.entity.js';
import { ExpressCustomerEntity } from '../customer/model/express-customer.entity.js';
import { ExpressCustomerEventEntity } from '../customer/model/express-customer-event.entity.js';
import { ExpressCustomerUserEntity } from '../customer/model/express-customer-user.entity.js';
import { UnkeyedCreateEntity } from '../customer/model/unkeyed-create.entity.js';
import { IdempotencyKeyEntity } from '../customer/model/idempotency-key.entity.js';
import { BOUNDED_WAITING } from './timeout-client.js';
import { openEmbeddedEngine, type EmbeddedEngine } from './embedded-engine.js';
import { migrations } from './migrations/index.js';
import { READERS } from './type-parsers.js';

const entities = [
  ClinicEntity,
  ApiKeyEntity,
  ExpressCustomerEntity,
  ExpressCustomerUserEntity,
  ExpressCustomerEventEntity,
  IdempotencyKeyEntity,
  UnkeyedCreateEntity,
];

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

const OLDEST_POSTGRES = 15;

/** The server behind DATABASE_URL is older than what the migrations are written for. */
export class UnsupportedPostgresError extends Error {
  constructor(version: string) {
    super(`PostgreSQL ${OLDEST_POSTGRES} or later is needed; DATABASE_URL leads to version ${version}.`);
    this.name = 'UnsupportedPostgresError';
  }
}

function requireSupported({ driver }: DataSource): void {
  const version = driver.version ?? '';
  if (parseInt(version, 10) < OLDEST_POSTGRES) throw new UnsupportedPostgresError(version);
}

function postgresql(databaseUrl: string): Database {
  const dataSource = new DataSource({
    ...SHARED_OPTIONS,
    url: databaseUrl,
    applicationName: 'avara-express-customers',
    poolSize: POOL_SIZE,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    // For `runNamedInTransaction`, which sends a transaction whole.
    extra: { ...BOUNDED_WAITING, types: READERS, pipeline: true },
  });
  return { dataSource, engine: 'postgresql', close: () => dataSource.destroy() };
}

/** Closing it gives the data folder back, whoever closes it: the service or the TypeORM command line. */
class EmbeddedDataSource extends DataSource {
  constructor(private readonly engineBelow: EmbeddedEngine) {
    super({ ...SHARED_OPTIONS, extra: engineBelow.poolConfig });
  }

  override async destroy(): Promise<void> {
    if (this.isInitialized) await super.destroy();
    await this.engineBelow.close();
  }
}

async function embedded(dataDir: string): Promise<Database> {
  const dataSource = new EmbeddedDataSource(await openEmbeddedEngine(dataDir));
  return { dataSource, engine: 'embedded', close: () => dataSource.destroy() };
}

/** Names the engine that the configuration asks for; the data source is not connected yet. */
export async function prepareDatabase({
  databaseUrl,
  dataDir,
}: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<Database> {
  return databaseUrl === undefined ? embedded(dataDir) : postgresql(databaseUrl);
}

/**
 * Connects to the engine that the configuration asks for. Migrates nothing.
 * @throws UnsupportedPostgresError for a server that is older than 15.
 */
export async function openDatabase(config: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<Database> {
  const database = await prepareDatabase(config);
  try {
    await database.dataSource.initialize();
    requireSupported(database.dataSource);
    return database;
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}
