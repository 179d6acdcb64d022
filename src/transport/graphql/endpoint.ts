import { ApolloServer, type ApolloServerOptions } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { errorDocs } from '../error-docs.js';
import { formatGraphQLError } from './errors.js';
import { NOT_ACCEPTABLE } from './bad-request.js';
import { noteClientLibrary } from './client-library.js';
import { stringifyResult } from './execution/json-text.js';
import { dropEmptyParameters, readCall } from './graphql-call.js';
import { chooseAnswerType, prefersPage, readAccept } from '../media-type.js';
import { PersistedDocuments } from './persisted/persisted-documents.js';
import { requireTrusted, trustPlugin } from './persisted/require-trusted.js';
import { SharedDocuments } from './persisted/shared-documents.js';
import { RepeatedOperations, type RepeatedAnswer } from './repeated-operations.js';
import { getContext, type HttpRequestContext } from '../context.js';
import { answerPlugin } from './plugin.js';
import { costPlugin } from './limits/cost-plugin.js';
import { limitDocumentLength } from './limits/document-length.js';
import { documentRule } from './limits/document-rule.js';
import { sandboxPage } from '../pages/sandbox.js';
import type { Site } from '../pages/site.js';
import type { Services } from '../services.js';
import { PATHS } from '../paths.js';

// Apollo appends an error's message, which may quote a request, after a colon: it is cut off.
function apolloLogger(log: Logger): NonNullable<ApolloServerOptions<HttpRequestContext>['logger']> {
  const logAt = (level: 'debug' | 'info' | 'warn' | 'error') => (message?: unknown) =>
    message instanceof Error ? log[level](message) : log[level](String(message).split(':', 1)[0]);
  return { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
}

function createApolloServer(
  server: FastifyInstance,
  schema: GraphQLSchema,
  persisted: PersistedDocuments,
  operations: RepeatedOperations,
  { config, log, spendPoints, trusted }: Services,
): ApolloServer<HttpRequestContext> {
  return new ApolloServer<HttpRequestContext>({
    schema,
    introspection: config.introspection,
    logger: apolloLogger(log),
    // No cookie is ever used: a page that can send this header knows the credential (decision 0044).
    csrfPrevention: { requestHeaders: ['authorization', 'x-apollo-operation-name', 'apollo-require-preflight'] },
    // RepeatedOperations keeps documents, by their size; a second store would only hold them again.
    documentStore: null,
    // Without a lifetime: the least recently used are dropped.
    persistedQueries: { cache: persisted.apolloCache, ttl: null },
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: config.limits.tokens },
    validationRules: [documentRule(config.limits)],
    formatError: formatGraphQLError,
    plugins: [
      answerPlugin,
      trustPlugin(trusted, config.hasExplorers),
      costPlugin(config.limits.cost, spendPoints),
      operations.plugin,
      fastifyApolloDrainPlugin(server),
      // They cost time on every list, and would reveal to callers how long each resolver took.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

// Errors of requests that never reached an operation (no JSON, no query) get their requestId here.
function addRequestId(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  if (reply.statusCode < 400 || !isJson(reply)) return payload;
  if (typeof payload !== 'string' || payload.includes('"requestId"')) return payload;
  const { errors } = JSON.parse(payload) as { errors?: { extensions?: Record<string, unknown> }[] };
  if (!errors) return payload;
  const { outcome, hasDocs } = getContext(request);
  outcome.code ??= String(errors[0]?.extensions?.code);
  return JSON.stringify({
    errors: errors.map((error) => ({
      ...error,
      extensions: {
        ...error.extensions,
        requestId: request.id,
        ...errorDocs(String(error.extensions?.code), hasDocs),
      },
    })),
  });
}

const isJson = (reply: FastifyReply): boolean => /json/.test(String(reply.getHeader('content-type') ?? ''));

function send(request: FastifyRequest, reply: FastifyReply, { result, status, retryAfter }: RepeatedAnswer): string {
  if (status !== undefined) void reply.code(status);
  if (retryAfter !== undefined) void reply.header('retry-after', `${retryAfter}`);
  void reply.type(chooseAnswerType(request.headers.accept));
  return `${stringifyResult(result)}\n`;
}

// Checked before anything runs: otherwise a mutation would have its effect although its answer is not accepted.
const isNotAcceptable = (request: FastifyRequest, hasPage: boolean): boolean =>
  (request.method === 'GET' || request.method === 'POST') &&
  readAccept(request.headers.accept).answerType === null &&
  !(hasPage && prefersPage(request));

function rejectAccept(reply: FastifyReply): string {
  void reply.code(406).type(chooseAnswerType(undefined));
  return `${JSON.stringify(NOT_ACCEPTABLE)}\n`;
}

/** Serves /graphql: operations by POST, queries by GET, and the Sandbox to browsers. */
export async function graphqlEndpoint(
  server: FastifyInstance,
  services: Services,
  schema: GraphQLSchema,
  site: Site,
): Promise<void> {
  const { config, redis, spendPoints, trusted } = services;
  const answerByPage = sandboxPage(services, site);
  const persisted = new PersistedDocuments(trusted, redis && new SharedDocuments(redis));
  const operations = new RepeatedOperations(schema, trusted, persisted, config.limits.cost, spendPoints);
  const apollo = createApolloServer(server, schema, persisted, operations, services);
  await apollo.start();
  const answerByApollo = fastifyApolloHandler(apollo, { context: async (request) => getContext(request) });
  server.route({
    method: ['GET', 'POST'],
    url: PATHS.graphql,
    // They see every call before it runs; Apollo's plugins see only those that are left to Apollo Server.
    preHandler: [
      limitDocumentLength(config.limits.documentBytes),
      noteClientLibrary,
      requireTrusted(trusted, config.hasExplorers),
    ],
    handler: async (request, reply) => {
      if (isNotAcceptable(request, config.hasExplorers)) return rejectAccept(reply);
      if (config.hasExplorers && prefersPage(request)) return answerByPage(request, reply);
      dropEmptyParameters(request);
      const call = prefersPage(request) ? null : readCall(request);
      const answer = call && (await operations.answer(call, getContext(request)));
      return answer ? send(request, reply, answer) : answerByApollo.call(server, request, reply);
    },
    onSend: (request, reply, payload, next) => next(null, addRequestId(request, reply, payload)),
  });
}
