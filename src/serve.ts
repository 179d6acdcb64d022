import { buildApp, type App } from './app.js';
import { readConfig, type Config } from './config/config.js';
import { announceReady, announceStopped, type Output } from './startup/banner.js';
import { explainListenError, requireFreePorts } from './startup/ports.js';
import { logDestination } from './telemetry/log-destination.js';
import { chooseLogTarget } from './telemetry/readable-log.js';
import type { StopTracing } from './telemetry/tracing.js';

// A request that is still running then is cut off: SIGKILL follows soon after.
const STOP_WITHIN_MS = 9_000;

// Connections that arrive in a burst wait in the system's queue until they are admitted or rejected; beyond Node's 511 they
// would be dropped, and try again after one and three seconds.
const BACKLOG = 4_096;

/** Shuts down gracefully on SIGTERM and SIGINT. npm passes Ctrl-C on a second time, so a repeated signal changes nothing. */
function stopOnSignals(app: App, config: Config, stopTracing: StopTracing | null, output: Output): void {
  const stop = async () => {
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    try {
      await app.stop();
      await stopTracing?.();
      announceStopped(config, app, output);
      process.exit(0);
    } catch (error) {
      app.server.log.fatal({ err: error }, 'shutdown failed');
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}

/** An uncaught exception leaves the process in an unknown state: it is logged like any error, and the process ends. */
function exitOnUncaughtException(app: App): void {
  process.on('uncaughtException', (error) => {
    app.server.log.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  });
}

async function listen({ server }: App, { port, host }: Config): Promise<string> {
  try {
    return await server.listen({ port, host, backlog: BACKLOG, listenTextResolver: (at) => `listening at ${at}` });
  } catch (error) {
    throw explainListenError(error, 'PORT', port, host);
  }
}

async function listenForMetrics({ metrics }: App, { metricsPort, metricsHost }: Config): Promise<void> {
  if (metrics === null || metricsPort === undefined) return;
  try {
    await metrics.listen(metricsPort, metricsHost);
  } catch (error) {
    throw explainListenError(error, 'METRICS_PORT', metricsPort, metricsHost);
  }
}

/**
 * Runs the service until a signal ends it. Nothing is made before the configuration and the ports are known to be good.
 * @throws OperatorError saying why the service cannot start.
 */
export async function serve(environment: NodeJS.ProcessEnv, stopTracing: StopTracing | null): Promise<void> {
  const config = readConfig(environment);
  await requireFreePorts(config);
  const output = logDestination();
  const app = await buildApp(config, await chooseLogTarget(config, output));
  stopOnSignals(app, config, stopTracing, output);
  exitOnUncaughtException(app);
  try {
    const address = await listen(app, config);
    await listenForMetrics(app, config);
    announceReady(address, config, app, output);
  } catch (error) {
    await app.stop();
    throw error;
  }
}
