import { ApolloServer, type ApolloServerOptions } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { formatGraphQLError } from './errors.js';
import { RepeatedOperations, type RepeatedAnswer, type GraphQLCall } from './repeated-operations.js';
import { getContext, type HttpRequestContext } from '../context.js';
import { answerPlugin } from './plugin.js';
import { costPlugin } from './limits/cost-plugin.js';
import { limitDocumentLength } from './limits/document-length.js';
import { documentRule } from './limits/document-rule.js';
import { sandboxPlugin } from './sandbox.js';
import type { Services } from '../services.js';
import { PATHS } from '../paths.js';

// Apollo puts an error's text, which may quote a request, behind the colon of its own.
function apolloLogger(log: Logger): NonNullable<ApolloServerOptions<HttpRequestContext>['logger']> {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message?: unknown) =>
    message instanceof Error ? log[level](message) : log[level](String(message).split(':', 1)[0]);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function createApolloServer(
  server: FastifyInstance,
  schema: GraphQLSchema,
  operations: RepeatedOperations,
  { config, demoToken, log, spendPoints }: Services,
): ApolloServer<HttpRequestContext> {
  return new ApolloServer<HttpRequestContext>({
    schema,
    introspection: config.introspection,
    logger: apolloLogger(log),
    csrfPrevention: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: config.limits.tokens },
    validationRules: [documentRule(config.limits)],
    formatError: formatGraphQLError,
    plugins: [
      answerPlugin,
      costPlugin(config.limits.cost, spendPoints),
      operations.plugin,
      sandboxPlugin(config.hasExplorers, demoToken),
      fastifyApolloDrainPlugin(server),
      // Costs time on every list, and tells callers how long each resolver took.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

// Requests that never reached the operation (no JSON, no preflight header) get their requestId here.
function addRequestId(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  if (reply.statusCode < 400 || !isJson(reply)) return payload;
  if (typeof payload !== 'string' || payload.includes('"requestId"')) return payload;
  const { errors } = JSON.parse(payload) as { errors?: { extensions?: Record<string, unknown> }[] };
  if (!errors) return payload;
  getContext(request).outcome.code ??= String(errors[0]?.extensions?.code);
  return JSON.stringify({
    errors: errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId: request.id } })),
  });
}

const isJson = (reply: FastifyReply): boolean => /json/.test(String(reply.getHeader('content-type') ?? ''));

const MEDIA_TYPES: Record<string, string> = {
  '': 'application/json; charset=utf-8',
  '*/*': 'application/json; charset=utf-8',
  'application/json': 'application/json; charset=utf-8',
  'application/graphql-response+json': 'application/graphql-response+json; charset=utf-8',
};

const CALL_KEYS = new Set(['query', 'variables', 'operationName']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The call of a request that is no more than one; null where Apollo Server has to look closer. */
function plainCall({ method, headers, body }: FastifyRequest): GraphQLCall | null {
  if (method !== 'POST' || MEDIA_TYPES[headers.accept ?? ''] === undefined) return null;
  if (!isObject(body) || !Object.keys(body).every((key) => CALL_KEYS.has(key))) return null;
  const { query, variables = null, operationName = null } = body;
  if (typeof query !== 'string' || (variables !== null && !isObject(variables))) return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  return { query, variables: variables ?? {}, operationName: operationName ?? undefined };
}

function send(request: FastifyRequest, reply: FastifyReply, { result, status, retryAfter }: RepeatedAnswer): string {
  if (status !== undefined) void reply.code(status);
  if (retryAfter !== undefined) void reply.header('retry-after', `${retryAfter}`);
  void reply.header('content-type', MEDIA_TYPES[request.headers.accept ?? '']);
  return `${JSON.stringify(result)}\n`;
}

/** Apollo Server at /graphql: POST for operations, GET for queries and, in a browser, the Sandbox. */
export async function graphqlEndpoint(
  server: FastifyInstance,
  services: Services,
  schema: GraphQLSchema,
): Promise<void> {
  const { config, spendPoints } = services;
  const operations = new RepeatedOperations(schema, config.limits.cost, spendPoints);
  const apollo = createApolloServer(server, schema, operations, services);
  await apollo.start();
  const answerByApollo = fastifyApolloHandler(apollo, { context: async (request) => getContext(request) });
  server.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: PATHS.graphql,
    preHandler: limitDocumentLength(config.limits.documentBytes),
    handler: async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      const call = plainCall(request);
      const answer = call && (await operations.answer(call, getContext(request)));
      return answer ? send(request, reply, answer) : answerByApollo.call(server, request, reply);
    },
    onSend: (request, reply, payload, next) => next(null, addRequestId(request, reply, payload)),
  });
}
