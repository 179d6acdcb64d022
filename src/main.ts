import 'reflect-metadata';
import { buildApp, type App } from './app.js';
import { ConfigError, readConfig, type Config } from './config.js';
import { DataDirInUseError } from './database/data-dir-lock.js';
import { startUpText } from './start-up-text.js';

/** What is wrong, in words for whoever starts the service; a stack only where nobody foresaw it. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DataDirInUseError) return error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `${message}: the port is taken. Set PORT to another, or stop what uses it.`;
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return `No database answers at DATABASE_URL (${code}). Start it or correct the address.`;
  return stack ?? message;
}

function stopOnSignals(app: App): void {
  const stop = () => {
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`The stop failed: ${explain(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

async function start(config: Config): Promise<void> {
  const app = await buildApp(config);
  stopOnSignals(app);
  try {
    const address = await app.server.listen({
      port: config.port,
      host: config.host,
      listenTextResolver: (at) => `listening at ${at}`,
    });
    process.stdout.write(startUpText(address, config, app));
  } catch (error) {
    await app.stop();
    throw error;
  }
}

Promise.resolve()
  .then(() => start(readConfig(process.env)))
  .catch((error: unknown) => {
    process.stderr.write(`avara-express-customers could not start.\n${explain(error)}\n`);
    process.exitCode = 1;
  });
