import { AbstractLogger, DataSource, type DataSourceOptions } from 'typeorm';
import { explainConnectionError } from './connection/connection-errors.js';
import { prepareDatabaseUrl } from './connection/connection-url.js';
import { DEFAULT_CONNECTIONS, type ConnectionSettings } from './connection/connection-settings.js';
import { timeoutConnections } from './connection/timeout-client.js';
import { markDistributed } from './distributed.js';
import type { FreeSpace } from './embedded/disk-guard.js';
import { openEmbeddedEngine, type EmbeddedEngine } from './embedded/embedded-engine.js';
import { migrations } from './migrations/index.js';
import { requireSuitableServer } from './connection/server-checks.js';
import { EMBEDDED_SETTINGS, PoolSessions, postgresqlSettings, setSession } from './connection/session-settings.js';
import { typeParsers } from './connection/type-parsers.js';

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** TypeORM would print a failed migration to standard output, past the log; the caller of `migrate` reports the error. */
class SilentLogger extends AbstractLogger {
  protected override isLogEnabledFor(): boolean {
    return false;
  }

  protected writeLog(): void {}
}

const SHARED_OPTIONS = {
  type: 'postgres',
  migrations,
  migrationsTableName: 'migrations',
  // The schema changes by migrations alone, and needs no extension that TypeORM would want to install by itself.
  synchronize: false,
  installExtensions: false,
  logging: false,
} satisfies Partial<PostgresOptions>;

/** The classes whose tables a data source reads and writes, handed in by the composition root. */
export type Entities = NonNullable<PostgresOptions['entities']>;

/** Where the data is: a PostgreSQL server, or without one a folder of the embedded engine. */
export interface DatabaseLocation {
  databaseUrl: string | undefined;
  dataDir: string;
  /** How PostgreSQL is used; the defaults unless given. */
  connections?: ConnectionSettings;
  /** How much may still be written to the folder; asked of the file system unless given. */
  freeSpace?: FreeSpace;
  /** Receives what an operator should know of the engine while it runs. */
  report?: (message: string) => void;
}

/** One TypeORM data source, whichever engine it uses. */
export interface Database {
  dataSource: DataSource;
  engine: 'embedded' | 'postgresql';
  /** Whether the server was a standby, which takes no writes, when it was connected to. */
  isStandby: boolean;
  close(): Promise<void>;
}

/** A database that is not connected yet. */
interface PreparedDatabase extends Database {
  /** Null for the embedded engine. */
  sessions: PoolSessions | null;
}

function postgresql(databaseUrl: string, connections: ConnectionSettings, entities: Entities): PreparedDatabase {
  const sessions = new PoolSessions(postgresqlSettings(connections));
  const { url, writableOf } = prepareDatabaseUrl(databaseUrl);
  const pool = timeoutConnections(connections, sessions, writableOf);
  const dataSource = new DataSource({
    ...SHARED_OPTIONS,
    entities,
    url,
    applicationName: 'avara-express-customers',
    poolSize: connections.poolSize,
    connectTimeoutMS: connections.connectTimeoutMs,
    // `pipeline`: for `runPreparedInTransaction`, which sends a transaction whole.
    extra: { ...pool, types: typeParsers, pipeline: true },
  });
  return { dataSource, sessions, engine: 'postgresql', isStandby: false, close: () => dataSource.destroy() };
}

/** Closing it releases the data folder, for the service and the TypeORM command line alike. */
class EmbeddedDataSource extends DataSource {
  constructor(
    private readonly engineBelow: EmbeddedEngine,
    entities: Entities,
  ) {
    super({
      ...SHARED_OPTIONS,
      entities,
      extra: { ...engineBelow.poolConfig, onConnect: setSession(EMBEDDED_SETTINGS) },
    });
  }

  override async destroy(): Promise<void> {
    if (this.isInitialized) await super.destroy();
    await this.engineBelow.close();
  }
}

async function embedded(
  { dataDir, freeSpace, report }: DatabaseLocation,
  entities: Entities,
): Promise<PreparedDatabase> {
  const dataSource = new EmbeddedDataSource(await openEmbeddedEngine(dataDir, freeSpace, report), entities);
  return { dataSource, sessions: null, engine: 'embedded', isStandby: false, close: () => dataSource.destroy() };
}

/** Chooses the engine; the data source is not connected yet. */
export async function prepareDatabase(location: DatabaseLocation, entities: Entities): Promise<PreparedDatabase> {
  const { databaseUrl, connections = DEFAULT_CONNECTIONS } = location;
  return databaseUrl === undefined ? embedded(location, entities) : postgresql(databaseUrl, connections, entities);
}

/**
 * Connects to the database. Migrates nothing.
 * @throws ConnectionError when no connection can be made, UnsupportedPostgresError for a server that lacks what the code
 * relies on, DataDirError and DataDirInUseError for a folder that cannot be used.
 */
export async function openDatabase(location: DatabaseLocation, entities: Entities): Promise<Database> {
  const database = await prepareDatabase(location, entities);
  try {
    database.dataSource.setOptions({ logger: new SilentLogger(false) });
    const { dataSource, sessions } = database;
    // Nothing is set before it is known whether the sessions are its own.
    if (sessions) sessions.hasOwnSessions = false;
    await dataSource.initialize();
    if (!sessions) return database;
    const report = location.report ?? (() => undefined);
    const { isStandby, hasCitus } = await requireSuitableServer(dataSource, sessions, report);
    if (hasCitus) markDistributed(dataSource);
    return { ...database, isStandby };
  } catch (error) {
    await database.close().catch(() => undefined);
    throw location.databaseUrl === undefined ? error : explainConnectionError(error, location.databaseUrl);
  }
}
