import { bool, EnvError, makeValidator, str } from 'envalid';
import { DEFAULT_CONNECTIONS, type ConnectionSettings } from '../database/connection/connection-settings.js';
import { splitHosts } from '../database/connection/hosts.js';
import { isUrl, wholeNumber } from './validators.js';

const postgresUrl = makeValidator((input: string): string => {
  if (!/^postgres(ql)?:\/\//.test(input) || !splitHosts(input).every(isUrl))
    throw new EnvError('a URL such as postgres://user:password@host:5432/name is expected');
  return input;
});

// Callers are answered after 4.5 s whatever they wait for, so a statement that takes longer works for nobody.
const timeout = wholeNumber(100, 4_000);

/** The variables that say where the data is, and how an instance uses its connections to PostgreSQL. */
export const DATABASE_VARIABLES = {
  DATABASE_URL: postgresUrl({ default: undefined }),
  DATA_DIR: str({ default: './data' }),
  MIGRATE_AT_START: bool({ default: true }),
  DATABASE_POOL_SIZE: wholeNumber(2, 1_000)({ default: DEFAULT_CONNECTIONS.poolSize }),
  DATABASE_CONNECT_TIMEOUT_MS: wholeNumber(100, 60_000)({ default: DEFAULT_CONNECTIONS.connectTimeoutMs }),
  DATABASE_STATEMENT_TIMEOUT_MS: timeout({ default: DEFAULT_CONNECTIONS.statementTimeoutMs }),
  DATABASE_LOCK_TIMEOUT_MS: timeout({ default: DEFAULT_CONNECTIONS.lockTimeoutMs }),
  DATABASE_KEEPALIVE_MS: wholeNumber(1_000, 3_600_000)({ default: DEFAULT_CONNECTIONS.keepAliveMs }),
};

export interface DatabaseConfig {
  /** Unset: the embedded engine. */
  databaseUrl: string | undefined;
  /** Folder of the embedded engine and the demo key. */
  dataDir: string;
  /** Whether a start brings the schema up to date; otherwise it must be. */
  migrateAtStart: boolean;
  /** How PostgreSQL is used. */
  connections: ConnectionSettings;
}

interface DatabaseVariables {
  DATABASE_URL: string | undefined;
  DATA_DIR: string;
  MIGRATE_AT_START: boolean;
  DATABASE_POOL_SIZE: number;
  DATABASE_CONNECT_TIMEOUT_MS: number;
  DATABASE_STATEMENT_TIMEOUT_MS: number;
  DATABASE_LOCK_TIMEOUT_MS: number;
  DATABASE_KEEPALIVE_MS: number;
}

export const toDatabaseConfig = (env: DatabaseVariables): DatabaseConfig => ({
  databaseUrl: env.DATABASE_URL,
  dataDir: env.DATA_DIR,
  migrateAtStart: env.MIGRATE_AT_START,
  connections: Object.freeze({
    poolSize: env.DATABASE_POOL_SIZE,
    connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: env.DATABASE_LOCK_TIMEOUT_MS,
    keepAliveMs: env.DATABASE_KEEPALIVE_MS,
  }),
});
