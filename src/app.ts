import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import pino, { type Logger } from 'pino';
import type { Config } from './config/config.js';
import { explainMissingSignIn } from './config/dashboard-sign-in.js';
import type { Database } from './database/database.js';
import { openServiceDatabase } from './service-database.js';
import { poolOf } from './database/connection/pool.js';
import { tenantSlots } from './database/tenant-slots.js';
import { migrate, requireMigrated } from './database/migrate.js';
import { isDistributed } from './database/distributed.js';
import { whileWritable } from './database/writable.js';
import { ExpressCustomerEntity } from './customer/model/express-customer.entity.js';
import { deleteExpiredIdempotencyRecords } from './customer/persistence/create/delete-expired.js';
import { numberEventsOfAllClinics } from './customer/persistence/event-positions.js';
import { parseApiKeyToken } from './identity/api-key-token.js';
import { buildAuthenticate } from './identity/authenticate.js';
import { DashboardTokenAuthenticator } from './identity/authenticate-dashboard-token.js';
import { ApiKeyAuthenticator } from './identity/authenticate-api-key.js';
import { getDemoKeyFile, ensureDemoKey, type DemoKey } from './identity/demo.js';
import { LastUsedRecorder } from './identity/last-used.js';
import { startBackgroundTask, type BackgroundTask } from './shared/concurrency/background-task.js';
import { findDashboardDocuments } from './transport/pages/dashboard-documents.js';
import { loadTrustedDocuments } from './transport/graphql/persisted/trusted-documents.js';
import { buildSchema } from './transport/graphql/schema.js';
import { OverloadGate } from './transport/limits/overload.js';
import { rateLimit } from './transport/limits/rate-limit.js';
import type { SharedRedis } from './transport/limits/redis.js';
import type { LogTarget } from './telemetry/log-destination.js';
import type { Metrics, MetricSources } from './telemetry/metrics.js';
import { LOGGER_OPTIONS } from './telemetry/loggable-error.js';
import { closeServer } from './transport/http/shutdown.js';
import { buildServer } from './transport/server.js';
import type { Services } from './transport/services.js';

/** Callers have this long to fetch their answers at shutdown; SIGKILL follows soon after. */
const ANSWERS_WITHIN_MS = 8_500;
const CLEANUP_INTERVAL_MS = 10 * 60 * 1_000;
/** How late events that instances of an earlier version write may be in the feeds. */
const NUMBERING_INTERVAL_MS = 5_000;

/** A service that is ready to listen. */
export interface App {
  server: FastifyInstance;
  database: Database;
  /** Only with the embedded engine. */
  demoKey: DemoKey | null;
  /** Whether the demo clinic has no customers yet. */
  isDemoClinicEmpty: boolean;
  /** Null where METRICS_PORT is not set. */
  metrics: Metrics | null;
  /**
   * Graceful shutdown: finishes the requests that were accepted, then closes everything. Safe to call twice.
   * @throws Error after closing everything, where answers had to be cut off after 8.5 s.
   */
  stop(): Promise<void>;
}

function credentialHint({ dataDir }: Config, demoKey: DemoKey | null): string {
  const header = 'Send it as "Authorization: Bearer avk_...".';
  return demoKey ? `${header} The demo key is in ${getDemoKeyFile(dataDir)}.` : header;
}

/** The services of the transport, and the background tasks to stop at shutdown. */
interface Assembly {
  services: Services;
  demoKey: DemoKey | null;
  tasks: BackgroundTask[];
}

const startCleanup = (database: Database, log: Logger): BackgroundTask =>
  startBackgroundTask(
    CLEANUP_INTERVAL_MS,
    whileWritable(database, (stopping) => deleteExpiredIdempotencyRecords(database.dataSource, stopping)),
    (error) => log.warn({ err: error }, 'could not delete expired idempotency records; the next run tries again'),
  );

/** Nothing on a cluster: whoever distributes the tables has no instance of an earlier version left, so all events are numbered. */
const startNumbering = (database: Database, log: Logger): BackgroundTask[] =>
  isDistributed(database.dataSource)
    ? []
    : [
        startBackgroundTask(
          NUMBERING_INTERVAL_MS,
          whileWritable(database, (stopping) => numberEventsOfAllClinics(database.dataSource, stopping)),
          (error) =>
            log.warn({ err: error }, 'could not number events of an earlier version; the next run tries again'),
        ),
      ];

// Loaded only where it is configured: each takes some megabytes.
async function openRedis(url: string, log: Logger): Promise<SharedRedis> {
  const { SharedRedis } = await import('./transport/limits/redis.js');
  return new SharedRedis(url, log);
}

async function openMetrics(sources: MetricSources): Promise<Metrics> {
  const { Metrics } = await import('./telemetry/metrics.js');
  return new Metrics(sources);
}

/** What a start reads before it opens anything. */
type Documents = Pick<Services, 'schema' | 'trusted'>;

function loadDocuments(config: Config): Documents {
  const schema = buildSchema();
  const own = config.hasDashboard ? findDashboardDocuments() : [];
  return { schema, trusted: loadTrustedDocuments(schema.executable, config, own) };
}

async function assemble(
  config: Config,
  documents: Documents,
  database: Database,
  log: Logger,
  logTo?: LogTarget,
): Promise<Assembly> {
  const { dataSource, engine } = database;
  const demoKey = engine === 'embedded' ? await ensureDemoKey(dataSource, config) : null;
  const lastUsed = new LastUsedRecorder(database, log);
  const apiKeys = new ApiKeyAuthenticator(dataSource, (actor) => lastUsed.record(actor));
  const gate = new OverloadGate(config.limits, log);
  const redis = config.redisUrl === undefined ? null : await openRedis(config.redisUrl, log);
  const sources = {
    gate,
    pool: poolOf(dataSource),
    slots: tenantSlots(dataSource),
    log: { dropped: () => logTo?.dropped ?? 0 },
  };
  const metrics = config.metricsPort === undefined ? null : await openMetrics(sources);
  const services: Services = {
    config,
    database,
    ...documents,
    authenticate: buildAuthenticate(apiKeys, config.oidc && new DashboardTokenAuthenticator(config.oidc, log)),
    log,
    gate,
    metrics,
    spendPoints: rateLimit(config.limits.ratePoints, redis),
    redis,
    demoToken: demoKey?.token ?? null,
    credentialHint: credentialHint(config, demoKey),
    state: { isStopping: false },
  };
  const closeRedis: BackgroundTask = { stop: async () => redis?.disconnect() };
  const regular = [startCleanup(database, log), ...startNumbering(database, log)];
  const tasks = [lastUsed, ...regular, gate, closeRedis, ...(metrics ? [metrics] : [])];
  return { services, demoKey, tasks };
}

async function isEmpty({ dataSource }: Database, { token }: DemoKey): Promise<boolean> {
  const key = parseApiKeyToken(token);
  if ('failure' in key) return false;
  return !(await dataSource.manager.existsBy(ExpressCustomerEntity, { clinicId: key.clinicId }));
}

async function prepareSchema({ migrateAtStart }: Config, database: Database, log: Logger): Promise<void> {
  const { dataSource, isStandby } = database;
  if (migrateAtStart && !isStandby) await migrate(dataSource, (message) => log.info(message));
  else await requireMigrated(dataSource);
  if (isStandby) log.warn('the database is a standby: reads are answered, and changes with SERVICE_UNAVAILABLE');
}

/**
 * The composition root: reads trusted documents, opens the database, brings its schema up to date and builds the server. Does not listen.
 * @throws OperatorError saying why the service cannot start.
 */
export async function buildApp(config: Config, logTo?: LogTarget): Promise<App> {
  const log = pino({ ...LOGGER_OPTIONS, level: config.logLevel }, logTo as LogTarget);
  const documents = loadDocuments(config);
  const missing = explainMissingSignIn(config);
  if (missing !== null) log.warn(missing);
  const database = await openServiceDatabase({ ...config, report: (message) => log.warn(message) });
  try {
    await prepareSchema(config, database, log);
    const { services, demoKey, tasks } = await assemble(config, documents, database, log, logTo);
    const server = await buildServer(services);
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= stopInOrder(server, tasks, services));
    const isDemoClinicEmpty = demoKey !== null && (await isEmpty(database, demoKey));
    return { server, database, demoKey, isDemoClinicEmpty, metrics: services.metrics, stop };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function stopInOrder(server: FastifyInstance, tasks: BackgroundTask[], services: Services): Promise<void> {
  const { state, config, database, log } = services;
  const startedAt = performance.now();
  state.isStopping = true;
  // Load balancers notice /readyz, and answers close their connections, before anything is cut off.
  if (server.server.listening) await sleep(config.drainMs);
  const answers = await closeServer(server, ANSWERS_WITHIN_MS - (performance.now() - startedAt));
  await Promise.all(tasks.map((task) => task.stop()));
  await database.close();
  if (answers === 0) return;
  log.error({ answers }, 'the shutdown cut off answers that callers had not fetched');
  throw new Error('answers were cut off');
}
