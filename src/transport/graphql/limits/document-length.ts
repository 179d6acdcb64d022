import type { FastifyRequest, preHandlerHookHandler } from 'fastify';
import { tooComplex } from './too-complex.js';

function getDocument({ method, body, query }: FastifyRequest): unknown {
  return ((method === 'GET' ? query : body) as { query?: unknown } | null | undefined)?.query;
}

/**
 * Makes a route hook that rejects documents longer than `limit` bytes before they are parsed: a limit of tokens does not
 * count commas and comments.
 */
export const limitDocumentLength =
  (limit: number): preHandlerHookHandler =>
  (request, _reply, next) => {
    const document = getDocument(request);
    const length = typeof document === 'string' ? Buffer.byteLength(document) : 0;
    next(length > limit ? tooComplex('bytes', limit, length) : undefined);
  };
