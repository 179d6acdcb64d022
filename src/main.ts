import { requireSupportedNode } from './startup/node-version.js';

/** Does what must be done before the modules of the service are loaded: arguments, `.env`, tracing. Then serves. */
async function main(): Promise<void> {
  await import('reflect-metadata');
  const { readStartArguments } = await import('./startup/arguments.js');
  readStartArguments(process.argv);
  const { explainStartError } = await import('./startup/errors.js');
  try {
    const { loadEnvFile } = await import('./startup/env-file.js');
    loadEnvFile();
    // Before anything loads what is traced.
    const { startTracing } = await import('./telemetry/tracing.js');
    const stopTracing = startTracing(process.env);
    const { serve } = await import('./serve.js');
    await serve(process.env, stopTracing);
  } catch (error) {
    process.stderr.write(`avara-express-customers could not start.\n${explainStartError(error)}\n`, () =>
      process.exit(1),
    );
  }
}

requireSupportedNode();
void main();
