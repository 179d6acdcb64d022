import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import pino, { type DestinationStream } from 'pino';
import type { Config } from './config.js';
import { openDatabase, type Database } from './database/database.js';
import { migrate } from './database/migrate.js';
import { removeExpiredCreates } from './customer/remove-expired-creates.js';
import { authentication } from './identity/authenticate.js';
import { DashboardTokenAuthentication } from './identity/authenticate-dashboard-token.js';
import { ApiKeyAuthentication } from './identity/authenticate-api-key.js';
import { demoKeyFile, ensureDemoKey, type DemoKey } from './identity/demo.js';
import { KeyUses } from './identity/key-uses.js';
import { startBackgroundTask, type BackgroundTask } from './shared/background-task.js';
import { LOGGER_OPTIONS } from './transport/loggable-error.js';
import { buildServer } from './transport/server.js';

const CLEANING_EVERY_MS = 10 * 60 * 1_000;

/** A service that is ready to listen, and what its start-up tells. */
export interface App {
  server: FastifyInstance;
  database: Database;
  /** Only with the embedded engine. */
  demoKey: DemoKey | null;
  /** Finishes the requests that were accepted, then closes everything. Safe to call twice. */
  stop(): Promise<void>;
}

function credentialHint({ dataDir }: Config, demoKey: DemoKey | null): string {
  const header = 'Send it as "Authorization: Bearer avk_...".';
  return demoKey ? `${header} The demo key is in ${demoKeyFile(dataDir)}.` : header;
}

/** Opens the database, brings its schema up to date and builds the server. Listens on nothing. */
export async function buildApp(config: Config, logTo?: DestinationStream): Promise<App> {
  const log = pino({ ...LOGGER_OPTIONS, level: config.logLevel }, logTo as DestinationStream);
  const database = await openDatabase(config);
  try {
    await migrate(database.dataSource);
    const demoKey = database.engine === 'embedded' ? await ensureDemoKey(database.dataSource, config.dataDir) : null;
    const state = { isStopping: false };
    const keyUses = new KeyUses(database.dataSource, log);
    const apiKeys = new ApiKeyAuthentication(database.dataSource, (actor) => keyUses.note(actor));
    const authenticate = authentication(apiKeys, config.oidc && new DashboardTokenAuthentication(config.oidc, log));
    const demoToken = demoKey?.token ?? null;
    const server = await buildServer({
      config,
      database,
      authenticate,
      log,
      demoToken,
      credentialHint: credentialHint(config, demoKey),
      state,
    });
    const tasks = [
      keyUses,
      startBackgroundTask(
        CLEANING_EVERY_MS,
        (stopping) => removeExpiredCreates(database.dataSource, stopping),
        (error) => log.warn({ err: error }, 'what has expired stays until the next try'),
      ),
    ];
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= stopInOrder(server, tasks, database, state, config.drainMs));
    return { server, database, demoKey, stop };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function stopInOrder(
  server: FastifyInstance,
  tasks: BackgroundTask[],
  database: Database,
  state: { isStopping: boolean },
  drainMs: number,
): Promise<void> {
  state.isStopping = true;
  // Load balancers see /readyz, and callers have their connections closed by an answer, before anything is cut.
  if (server.server.listening) await sleep(drainMs);
  await server.close();
  await Promise.all(tasks.map((task) => task.stop()));
  await database.close();
}
