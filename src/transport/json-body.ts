import type { FastifyInstance } from 'fastify';
import { badUserInput } from '../shared/app-error.js';

// Fatal: a hospital's name that is not UTF-8 is refused, not stored with replacement characters in it.
const utf8 = new TextDecoder('utf-8', { fatal: true });

const malformed = () =>
  badUserInput([{ path: [], code: 'INVALID', message: 'The body is not well-formed JSON in UTF-8.' }]);

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    throw malformed();
  }
}

/**
 * Reads JSON bodies, and no others. `__proto__` is an own key like any other, as JSON says; whoever copies a body must copy
 * only the keys it knows. An empty body is no body.
 */
export function acceptJsonBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    body.length === 0 ? undefined : parseJson(body),
  );
}
