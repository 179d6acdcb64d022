import { randomUUID } from 'node:crypto';
import fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { logRefusal } from '../identity/authentication-result.js';
import { AppError } from '../shared/app-error.js';
import { ReadBudget } from '../shared/read-budget.js';
import { declareContext, getContext, setContext, type HttpRequestContext } from './context.js';
import { allowOrigins } from './http/cors.js';
import { errorBody, toAppError } from './errors.js';
import { explorer } from './pages/explorer.js';
import { graphqlEndpoint } from './graphql/endpoint.js';
import { chooseAnswerType, prefersPage } from './media-type.js';
import { hangUpSignal } from './http/hang-up.js';
import { healthRoutes } from './http/health.js';
import { httpServerBehind, refuseMalformedHttp } from './http/http-server.js';
import { acceptJsonBodies } from './http/json-body.js';
import { observeCompletions, type CompletionObserver } from './http/completion.js';
import { enforceDeadline } from './http/deadline.js';
import { pointsOfBytes, pointsOfRestCall } from './limits/points.js';
import { setRateLimitHeaders } from './limits/rate-limit.js';
import { MAX_URL_LENGTH, refuseMalformedUrl } from './http/malformed-url.js';
import { logCompletion, logRefusedRequest, type ReportRefusal } from './http/request-log.js';
import { restEndpoint } from './rest/endpoint.js';
import { buildSchema } from './graphql/schema.js';
import type { Services } from './services.js';
import { startPage } from './pages/start-page.js';
import { traceRequests } from './http/traces.js';
import { PATHS } from './paths.js';

// None of them tells anything about data.
const PUBLIC_PATHS = new Set<string>([PATHS.live, PATHS.ready, PATHS.openapi, PATHS.start, PATHS.schema]);
const PUBLIC_FOLDERS = [PATHS.reference, PATHS.explorer];

const isGraphQL = (request: FastifyRequest): boolean => request.url.split('?', 1)[0] === PATHS.graphql;

// A browser that opens /graphql gets a page without data on it where there is one; no operation runs.
const asksForPage = (request: FastifyRequest): boolean =>
  isGraphQL(request) && prefersPage(request) && request.headers.authorization === undefined;

const isPublic = (request: FastifyRequest, hasPage: boolean): boolean =>
  PUBLIC_PATHS.has(request.routeOptions.url ?? '') ||
  PUBLIC_FOLDERS.some((folder) => (request.routeOptions.url ?? '').startsWith(folder)) ||
  (hasPage && asksForPage(request)) ||
  request.method === 'OPTIONS' ||
  request.is404;

// The version that was asked for by If-Match is a precondition (RFC 9110, 15.5.13).
const statusOf = ({ code, status }: AppError, { headers }: FastifyRequest): number =>
  code === 'VERSION_CONFLICT' && headers['if-match'] !== undefined ? 412 : status;

function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const appError = toAppError(error);
  const { code, details } = appError;
  const status = statusOf(appError, request);
  if (code === 'INTERNAL_SERVER_ERROR')
    request.server.log.error({ err: error, requestId: request.id }, 'unforeseen error');
  getContext(request).outcome.code = code;
  if (code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  if (details.retryAfter !== undefined) void reply.header('retry-after', details.retryAfter);
  // Client libraries try a 409 again by themselves; none of ours goes away by waiting.
  if (status === 409) void reply.header('x-should-retry', 'false');
  const body = errorBody(appError, request.id, isGraphQL(request));
  const type = isGraphQL(request) ? chooseAnswerType(request.headers.accept) : 'application/json; charset=utf-8';
  return reply.code(status).type(type).send(body);
}

/** What is large is held, and paid for, until the answer has been sent or its caller has gone. */
function createReadBudget(reply: FastifyReply, spend: (points: number) => Promise<void>): ReadBudget {
  const budget = new ReadBudget(() =>
    reply.raw.once('close', () => {
      budget.release();
      // The answer has gone: whoever has no points left for it is told so in the next one.
      void spend(pointsOfBytes(budget.bytes)).catch(() => undefined);
    }),
  );
  return budget;
}

// The first hook of all: every other one, and the log, finds a context.
function beginContexts(server: FastifyInstance, { database, log, spendPoints }: Services): void {
  declareContext(server);
  server.addHook('onRequest', (request, reply, next) => {
    const { operationId } = request.routeOptions.config as { operationId?: string };
    const outcome = { operation: operationId ?? request.routeOptions.url ?? 'unknown' };
    let signal: AbortSignal | undefined;
    const context: HttpRequestContext = {
      requestId: request.id,
      actor: null,
      dataSource: database.dataSource,
      log,
      outcome,
      readBudget: createReadBudget(reply, (points) => spendPoints(context, points)),
      // Made when a use case asks for it: most do not.
      get signal() {
        return (signal ??= hangUpSignal(reply.raw));
      },
    };
    setContext(request, context);
    void reply.header('x-request-id', request.id);
    next();
  });
}

function identifyCallers(server: FastifyInstance, services: Services): void {
  const { authenticate, config, credentialHint, spendPoints } = services;
  server.addHook('onRequest', async (request) => {
    if (isPublic(request, config.hasExplorers)) return;
    const context = getContext(request);
    const identification = await authenticate(request.headers.authorization);
    if ('refusal' in identification) {
      logRefusal(context, identification.refusal);
      throw new AppError('UNAUTHENTICATED', `A valid credential is needed. ${credentialHint}`);
    }
    context.actor = identification.actor;
    await spendPoints(context, isGraphQL(request) ? 1 : pointsOfRestCall(request));
  });
}

// Said in the answer and not when the request comes in: one that was accepted before the stop would leave its connection
// open behind it, and the stop would wait for nobody.
function closeConnectionsOnStop(server: FastifyInstance, { state }: Services): void {
  server.addHook('onSend', (_request, reply, _payload, next) => {
    if (state.isStopping) void reply.header('connection', 'close');
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
  return [({ context, code, ms }) => metrics.countRequest(context.outcome.operation ?? 'unknown', code, ms)];
}

/** The HTTP server with all its doors; it does not listen yet. */
export async function buildServer(services: Services): Promise<FastifyInstance> {
  const reportRefusal = refusalReporter(services);
  const server = fastify({
    loggerInstance: services.log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: services.config.limits.bodyBytes,
    forceCloseConnections: 'idle',
    serverFactory: httpServerBehind(services.gate),
    clientErrorHandler: refuseMalformedHttp,
    frameworkErrors: refuseMalformedUrl(reportRefusal),
    // An id of any length is looked up like any other, and unknown.
    routerOptions: { maxParamLength: MAX_URL_LENGTH },
  }) as unknown as FastifyInstance;
  beginContexts(server, services);
  const endSpan = traceRequests(server);
  observeCompletions(server, [
    logCompletion(services.log),
    ...countCompletion(services),
    ...(endSpan ? [endSpan] : []),
  ]);
  enforceDeadline(server);
  await allowOrigins(server, services.config.corsOrigins);
  acceptJsonBodies(server);
  identifyCallers(server, services);
  setRateLimitHeaders(server);
  closeConnectionsOnStop(server, services);
  server.setErrorHandler((error, request, reply) => sendError(request, reply, error));
  server.setNotFoundHandler((request, reply) =>
    sendError(request, reply, new AppError('NOT_FOUND', 'There is nothing at this address.')),
  );
  healthRoutes(server, services);
  const schema = buildSchema();
  startPage(server, services, schema.text);
  if (services.config.hasExplorers) explorer(server, services);
  await graphqlEndpoint(server, services, schema.executable);
  await restEndpoint(server);
  return server;
}
