import 'reflect-metadata';
import { readStartArguments } from './startup/arguments.js';
import { startTracing } from './telemetry/tracing.js';
readStartArguments(process.argv);
// Before the imports below, which load what is traced.
const stopTracing = startTracing(process.env);
import { buildApp, type App } from './app.js';
import { readConfig, type Config } from './config/config.js';
import { logDestination } from './telemetry/log-destination.js';
import { explainStartError, UnknownHostError } from './startup/errors.js';
import { announce } from './startup/banner.js';

// A request that is still at work then is given up: whoever sent the signal kills soon after.
const STOP_WITHIN_MS = 9_000;

/** npm passes Ctrl-C on a second time, so a repeated signal changes nothing: the stop is on its way. */
function stopOnSignals(app: App): void {
  const stop = () => {
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    const stopped = app.stop().then(() => stopTracing?.());
    stopped.then(
      () => process.exit(0),
      (error: unknown) => {
        app.server.log.fatal({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** What nobody catches leaves the process in an unknown state: it is logged like any error, and the process ends. */
function endOnUncaught(app: App): void {
  process.on('uncaughtException', (error) => {
    app.server.log.fatal({ err: error }, 'uncaught');
    process.exit(1);
  });
}

// A crowd that comes at once waits in the system's queue until it is let in or refused; past Node's 511 it would be dropped,
// and try again after one and three seconds.
const BACKLOG = 4_096;

/** @throws UnknownHostError for a HOST that leads nowhere. */
async function listen({ server }: App, { port, host }: Config): Promise<string> {
  try {
    return await server.listen({ port, host, backlog: BACKLOG, listenTextResolver: (at) => `listening at ${at}` });
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException;
    throw syscall === 'getaddrinfo' ? new UnknownHostError(host, error as Error) : error;
  }
}

async function start(config: Config): Promise<void> {
  const app = await buildApp(config, logDestination());
  stopOnSignals(app);
  endOnUncaught(app);
  try {
    const address = await listen(app, config);
    if (config.metricsPort !== undefined) await app.metrics!.listen(config.metricsPort, config.host);
    announce(address, config, app);
  } catch (error) {
    await app.stop();
    throw error;
  }
}

Promise.resolve()
  .then(() => start(readConfig(process.env)))
  .catch((error: unknown) => {
    process.stderr.write(`avara-express-customers could not start.\n${explainStartError(error)}\n`);
    process.exitCode = 1;
  });
