import { startTracing } from '../../../src/telemetry/tracing.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };

it.each([
  [false, {}],
  [true, ENDPOINT],
  [true, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1' }],
  [true, { OTEL_TRACES_EXPORTER: 'otlp' }],
  [false, { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
  [false, { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }],
])('traces are on: %s where the environment has %j', async (isOn, environment) => {
  const stop = startTracing(environment);
  expect(stop !== null).toBe(isOn);
  await stop?.();
});
