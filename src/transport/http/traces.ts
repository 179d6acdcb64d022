import {
  context,
  isSpanContextValid,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | null;
  }
}

const tracer = trace.getTracer('avara-express-customers');

// Of the caller's trace just its numbers: `tracestate` and `baggage` hold any text that a caller puts there.
function traceOfCaller(headers: FastifyRequest['headers']): Context {
  const caller = trace.getSpanContext(propagation.extract(context.active(), headers));
  if (!caller) return context.active();
  const { traceId, spanId, traceFlags } = caller;
  return trace.setSpanContext(context.active(), { traceId, spanId, traceFlags, isRemote: true });
}

function endSpan({ span, context: { outcome } }: FastifyRequest, status: number): void {
  if (!span) return;
  const { operation = 'unknown', code = 'OK' } = outcome;
  span.updateName(operation);
  span.setAttributes({
    'http.response.status_code': status,
    'avara.operation': operation,
    'avara.code': code,
  });
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/**
 * One span for each request, a child of the caller's (W3C Trace Context), with the statements below it. It is put together
 * from just these fields, as a log line is: an address or a header never gets into a trace. A statement that serves several
 * requests stands below the one that sent it.
 */
export function traceRequests(server: FastifyInstance): void {
  // Where tracing is off, spans have no identity.
  if (!isSpanContextValid(tracer.startSpan('start').spanContext())) return;
  server.decorateRequest('span', null);
  server.addHook('onRequest', (request, _reply, next) => {
    const parent = traceOfCaller(request.headers);
    const span = tracer.startSpan(
      request.context.outcome.operation ?? 'unknown',
      {
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': request.method, 'http.route': request.routeOptions.url ?? 'unknown' },
      },
      parent,
    );
    request.span = span;
    request.context.traceId = span.spanContext().traceId;
    context.with(trace.setSpan(parent, span), next);
  });
  server.addHook('onResponse', (request, reply, next) => {
    endSpan(request, reply.statusCode);
    next();
  });
}
