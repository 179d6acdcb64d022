import { randomUUID } from 'node:crypto';
import fastify, { LogController, type FastifyInstance } from 'fastify';
import { AppError } from '../shared/app-error.js';
import { getContext } from './context.js';
import { graphqlEndpoint } from './graphql/endpoint.js';
import { admitRequests } from './limits/admission.js';
import { beginContexts } from './begin-contexts.js';
import { authenticateCallers } from './http/authentication.js';
import { observeCompletions, type CompletionObserver } from './http/completion.js';
import { allowOrigins, originHeaders } from './http/cors.js';
import { enforceDeadline } from './http/deadline.js';
import { refuseMalformedRequests, refuseUnknownRoutes, watchPaths } from './http/early-refusals.js';
import { healthRoutes } from './http/health.js';
import { HttpServer, keepOpenWhileReceiving } from './http/http-server.js';
import { readClientName } from './http/client-name.js';
import { acceptJsonBodies } from './http/json-body.js';
import { refuseMalformedHttp } from './http/malformed-http.js';
import { MAX_URL_LENGTH, refuseMalformedUrl } from './http/malformed-url.js';
import { logCompletion, logRefusedRequest, type ReportRefusal } from './http/request-log.js';
import { isGraphQL, sendError } from './http/send-error.js';
import { traceRequests } from './http/traces.js';
import { pointsOfRestCall } from './limits/points.js';
import { setRateLimitHeaders } from './limits/rate-limit.js';
import { dashboardPage } from './pages/dashboard.js';
import { explorer } from './pages/explorer.js';
import { referencePage } from './pages/reference.js';
import { Site, sitePages } from './pages/site.js';
import { startPage } from './pages/start-page.js';
import { restEndpoint } from './rest/endpoint.js';
import type { Services } from './services.js';

function chargeCallers(server: FastifyInstance, { spendPoints }: Services): void {
  server.addHook('onRequest', (request, _reply, next) => {
    const context = getContext(request);
    const points = isGraphQL(request) ? 1 : pointsOfRestCall(request, context.route);
    const charged = spendPoints(context, points);
    if (charged) charged.then(() => next(), next);
    else next();
  });
}

// In the answer and not when the request arrives: a request that was accepted before the shutdown would otherwise leave its
// connection open.
function closeConnectionsOnStop(server: FastifyInstance, { state }: Services): void {
  server.addHook('onSend', (request, reply, _payload, next) => {
    if (state.isStopping) void reply.header('connection', 'close');
    // Fastify closes the connection after a body that is too large.
    if (keepOpenWhileReceiving(request.raw, reply.raw)) void reply.removeHeader('connection');
    next();
  });
}

function refusalReporter({ log, metrics }: Services): ReportRefusal {
  const logRefused = logRefusedRequest(log);
  return (requestId, code, status) => {
    logRefused(requestId, code, status);
    metrics?.countRequest('unknown', code, 0);
  };
}

function countCompletion({ metrics }: Services): CompletionObserver[] {
  if (!metrics) return [];
  return [
    ({ request, context: { outcome }, code, ms }) => {
      metrics.countRequest(outcome.operation ?? 'unknown', code, ms);
      if (!outcome.deprecated) return;
      const client = (readClientName(request.headers) ?? outcome.clientLibrary)?.name;
      for (const member of outcome.deprecated) metrics.countDeprecatedUse(member, client);
    },
  ];
}

function createServer(services: Services): FastifyInstance {
  const { config, gate, log } = services;
  const { hasDocs } = config;
  const reportRefusal = refusalReporter(services);
  const refusal = { headersFor: originHeaders(config), hasDocs };
  let http: HttpServer;
  return fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // A logger of its own for each request costs 3 µs, and only what Fastify itself warns of would use it.
    childLoggerFactory: (logger) => logger,
    genReqId: () => randomUUID(),
    bodyLimit: config.limits.bodyBytes,
    forceCloseConnections: 'idle',
    serverFactory: (handler) => (http = new HttpServer(gate.wrap(handler, refusal), config.limits.answerStallMs)),
    clientErrorHandler: (error, socket) => refuseMalformedHttp(http, { reportRefusal, hasDocs }, error, socket),
    frameworkErrors: refuseMalformedUrl(reportRefusal, hasDocs),
    // An id of any length is looked up like any other, and unknown.
    routerOptions: { maxParamLength: MAX_URL_LENGTH },
  }) as unknown as FastifyInstance;
}

/** What every request passes before its route, in this order. */
async function addHooks(server: FastifyInstance, services: Services): Promise<void> {
  const { config, gate, log } = services;
  beginContexts(server, services);
  const endSpan = traceRequests(server);
  observeCompletions(server, [logCompletion(log), ...countCompletion(services), ...(endSpan ? [endSpan] : [])]);
  enforceDeadline(server);
  refuseMalformedRequests(server);
  await allowOrigins(server, config);
  refuseUnknownRoutes(server);
  authenticateCallers(server, services);
  admitRequests(server, gate, config.limits);
  chargeCallers(server, services);
  acceptJsonBodies(server);
  setRateLimitHeaders(server);
  closeConnectionsOnStop(server, services);
}

function addPages(server: FastifyInstance, services: Services, site: Site): void {
  startPage(server, services, services.schema.text);
  if (services.config.hasExplorers) explorer(server, services, site);
  referencePage(server, services, site);
  if (services.config.hasDashboard) dashboardPage(server, services, site);
  sitePages(server, site, services.config);
}

/** The HTTP server with all its APIs and pages; it does not listen yet. */
export async function buildServer(services: Services): Promise<FastifyInstance> {
  const server = createServer(services);
  const answerOtherMethods = watchPaths(server);
  await addHooks(server, services);
  server.setErrorHandler((error, request, reply) => sendError(request, reply, error));
  server.setNotFoundHandler((request, reply) =>
    sendError(request, reply, new AppError('NOT_FOUND', 'No such endpoint.')),
  );
  healthRoutes(server, services);
  const site = new Site();
  addPages(server, services, site);
  await graphqlEndpoint(server, services, services.schema.executable, site);
  await restEndpoint(server);
  answerOtherMethods();
  return server;
}
