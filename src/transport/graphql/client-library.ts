import type { FastifyRequest, preHandlerHookHandler } from 'fastify';
import { isPlainObject } from '../../shared/is-plain-object.js';
import { getContext } from '../context.js';
import { toClientName } from '../http/client-name.js';
import { parseObject } from './graphql-call.js';

function readExtensions({ method, body, query }: FastifyRequest): unknown {
  if (method !== 'GET') return isPlainObject(body) ? body.extensions : undefined;
  const { extensions } = query as { extensions?: unknown };
  return typeof extensions === 'string' ? parseObject(extensions) : undefined;
}

/** Notes for the log which library sent an operation, by `extensions.clientLibrary` as Apollo Client sends it. */
export const noteClientLibrary: preHandlerHookHandler = (request, _reply, next) => {
  const extensions = readExtensions(request);
  const library = isPlainObject(extensions) ? extensions.clientLibrary : undefined;
  if (isPlainObject(library)) {
    const client = toClientName(library.name, library.version);
    if (client) getContext(request).outcome.clientLibrary = client;
  }
  next();
};
