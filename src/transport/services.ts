import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import type { Authenticate } from '../identity/authenticate.js';
import type { OverloadGate } from './limits/overload.js';
import type { SharedRedis } from './limits/redis.js';
import type { SpendPoints } from './limits/rate-limit.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { TrustedDocuments } from './graphql/persisted/trusted-documents.js';
import type { Schema } from './graphql/schema.js';

/** All that a running service is made of; `app.ts` puts it together. */
export interface Services {
  config: Config;
  database: Database;
  schema: Schema;
  trusted: TrustedDocuments;
  authenticate: Authenticate;
  log: Logger;
  gate: OverloadGate;
  /** Null where METRICS_PORT is not set. */
  metrics: Metrics | null;
  spendPoints: SpendPoints;
  /** Null where REDIS_URL is not set. */
  redis: SharedRedis | null;
  /** The demo clinic's key; null where there is none, as always on PostgreSQL. */
  demoToken: string | null;
  /** How a caller without a valid credential gets one. */
  credentialHint: string;
  state: { isStopping: boolean };
}
