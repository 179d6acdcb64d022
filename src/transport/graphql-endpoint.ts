import { ApolloServer, type ApolloServerOptions } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { formatGraphQLError } from './graphql-errors.js';
import type { DoorContext } from './context.js';
import { answerPlugin } from './graphql-plugin.js';
import { costPlugin } from './limits/cost-plugin.js';
import { limitDocumentLength } from './limits/document-length.js';
import { documentRule } from './limits/document-rule.js';
import { buildSchema } from './schema.js';
import { sandboxPlugin } from './sandbox.js';
import type { Services } from './services.js';

export const GRAPHQL_PATH = '/graphql';

// Apollo puts an error's text, which may quote a request, behind the colon of its own.
function apolloLogger(log: Logger): NonNullable<ApolloServerOptions<DoorContext>['logger']> {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message?: unknown) =>
    message instanceof Error ? log[level](message) : log[level](String(message).split(':', 1)[0]);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function createApolloServer(server: FastifyInstance, services: Services): ApolloServer<DoorContext> {
  const { config, demoToken, log, spendPoints } = services;
  return new ApolloServer<DoorContext>({
    schema: buildSchema().executable,
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
      sandboxPlugin(config.introspection && !config.isProduction, demoToken),
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
  if (reply.statusCode < 400 || typeof payload !== 'string' || payload.includes('"requestId"')) return payload;
  const { errors } = JSON.parse(payload) as { errors?: { extensions?: Record<string, unknown> }[] };
  if (!errors) return payload;
  request.context.outcome.code ??= String(errors[0]?.extensions?.code);
  return JSON.stringify({
    errors: errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId: request.id } })),
  });
}

const isJson = (reply: FastifyReply): boolean => /json/.test(String(reply.getHeader('content-type') ?? ''));

/** Apollo Server at /graphql: POST for operations, GET for queries and, in a browser, the Sandbox. */
export async function graphqlEndpoint(server: FastifyInstance, services: Services): Promise<void> {
  const apollo = createApolloServer(server, services);
  await apollo.start();
  const handler = fastifyApolloHandler(apollo, { context: async (request) => request.context });
  limitDocumentLength(server, GRAPHQL_PATH, services.config.limits.documentBytes);
  server.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: GRAPHQL_PATH,
    handler,
    onSend: async (request, reply, payload) => (isJson(reply) ? addRequestId(request, reply, payload) : payload),
  });
}
