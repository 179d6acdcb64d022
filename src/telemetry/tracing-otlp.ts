import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** Sends spans in batches, statements of PostgreSQL among them. @returns what sends the rest and ends it. */
export function sendTraces(): () => Promise<void> {
  const named = resourceFromAttributes({ 'service.name': 'avara-express-customers' });
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(named)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  // Statements are shown without their values, and only as parts of a request.
  registerInstrumentations({ instrumentations: [new PgInstrumentation({ requireParentSpan: true })] });
  return () => provider.shutdown();
}
