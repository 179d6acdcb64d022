import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tooComplex } from './too-complex.js';

function documentOf({ method, body, query }: FastifyRequest): unknown {
  return ((method === 'GET' ? query : body) as { query?: unknown } | null | undefined)?.query;
}

/** Refuses documents longer than `limit` before they are parsed: a limit of tokens does not count commas and comments. */
export function limitDocumentLength(server: FastifyInstance, path: string, limit: number): void {
  server.addHook('preHandler', async (request) => {
    if (request.routeOptions.url !== path) return;
    const document = documentOf(request);
    if (typeof document !== 'string') return;
    const length = Buffer.byteLength(document);
    if (length > limit) throw tooComplex('bytes', limit, length);
  });
}
