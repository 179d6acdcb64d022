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
import { getContext } from '../context.js';
import type { Completion, CompletionObserver } from './completion.js';

const SPAN = 'span';

const tracer = trace.getTracer('avara-express-customers');

// Only the ids of the caller's trace: `tracestate` and `baggage` hold any text that a caller puts there.
function readParentContext(headers: FastifyRequest['headers']): Context {
  const caller = trace.getSpanContext(propagation.extract(context.active(), headers));
  if (!caller) return context.active();
  const { traceId, spanId, traceFlags } = caller;
  return trace.setSpanContext(context.active(), { traceId, spanId, traceFlags, isRemote: true });
}

function endSpan({ request, context: { outcome }, code, status }: Completion): void {
  const span = request.getDecorator<Span | null>(SPAN);
  if (!span) return;
  const { operation = 'unknown' } = outcome;
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
 * One span per request, a child of the caller's (W3C Trace Context), with the statements as its children. It is built from
 * just these fields, as a log line is: no URL or header is ever in a trace. A statement that serves several requests is a
 * child of the one that sent it.
 * @returns what ends a request's span; null where tracing is off.
 */
export function traceRequests(server: FastifyInstance): CompletionObserver | null {
  // Where tracing is off, spans have no identity.
  if (!isSpanContextValid(tracer.startSpan('start').spanContext())) return null;
  server.decorateRequest(SPAN, null);
  server.addHook('onRequest', (request, _reply, next) => {
    const parent = readParentContext(request.headers);
    const span = tracer.startSpan(
      getContext(request).outcome.operation ?? 'unknown',
      {
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': request.method, 'http.route': getContext(request).route.url ?? 'unknown' },
      },
      parent,
    );
    request.setDecorator(SPAN, span);
    getContext(request).traceId = span.spanContext().traceId;
    context.with(trace.setSpan(parent, span), next);
  });
  return endSpan;
}
