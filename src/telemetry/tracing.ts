/** Ends tracing; what has not been sent yet is sent before it returns. */
export type StopTracing = () => Promise<void>;

const SWITCHES = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

const isOn = (environment: NodeJS.ProcessEnv): boolean =>
  (SWITCHES.some((name) => environment[name]) || environment.OTEL_TRACES_EXPORTER === 'otlp') &&
  environment.OTEL_TRACES_EXPORTER !== 'none' &&
  environment.OTEL_SDK_DISABLED !== 'true';

/**
 * Sends traces by OTLP over HTTP where the standard OTEL_* variables say so (opentelemetry.io, Environment Variable
 * Specification); the libraries read the others, such as OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and
 * OTEL_EXPORTER_OTLP_HEADERS, by themselves. Must run before anything loads `pg`, whose statements become spans.
 * @returns null when tracing is off: nothing of it is loaded then.
 */
export function startTracing(environment: NodeJS.ProcessEnv): StopTracing | null {
  if (!isOn(environment)) return null;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an `import` would load it always, or too late
  const { sendTraces } = require('./tracing-otlp.js') as typeof import('./tracing-otlp.js');
  return sendTraces();
}
