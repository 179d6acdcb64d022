import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badUserInput } from '../../shared/app-error.js';
import { hasMoreCommas } from './count-values.js';

// Fatal: a hospital's name that is not UTF-8 is refused, not stored with replacement characters in it.
const utf8 = new TextDecoder('utf-8', { fatal: true });

const malformed = () =>
  badUserInput([{ path: [], code: 'INVALID', message: 'The body is not well-formed JSON in UTF-8.' }]);

// Several times what any operation takes.
const MAX_VALUES = 20_000;
const FEW_BYTES = 2 * MAX_VALUES;

const tooManyValues = () =>
  badUserInput([
    {
      path: [],
      code: 'TOO_MANY',
      message: `The body holds too many values: at most ${MAX_VALUES} keys and list items.`,
    },
  ]);

function parseJson(body: Buffer): unknown {
  if (body.length > FEW_BYTES && hasMoreCommas(body, MAX_VALUES)) throw tooManyValues();
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    throw malformed();
  }
}

// JSON is UTF-8 (RFC 8259), and nothing is decompressed here: a body that declares anything else is refused.
function requirePlainUtf8({ headers }: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (!/^utf-?8$/i.test(charset) || encoding.toLowerCase() !== 'identity')
    throw badUserInput([{ path: [], code: 'INVALID', message: 'Send the body as plain JSON in UTF-8.' }]);
}

const isEmpty = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;

const notJson = () => badUserInput([{ path: [], code: 'INVALID', message: 'Send the body as application/json.' }]);

// Of a chunked body only its first byte shows that there is one: HTTP/2 proxies and tunnels send an empty one so.
async function refuseBytes(request: FastifyRequest, body: IncomingMessage): Promise<undefined> {
  if (isEmpty(request)) return;
  if (request.headers['transfer-encoding'] === undefined) throw notJson();
  for await (const _chunk of body.iterator({ destroyOnReturn: false })) throw notJson();
}

/**
 * Reads JSON bodies, and no others. `__proto__` is an own key like any other, as JSON says; code that copies a body must copy
 * only the keys it knows. A body without bytes is no body, whatever its headers say.
 */
export function acceptJsonBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      try {
        requirePlainUtf8(request);
        done(null, body.length === 0 ? undefined : parseJson(body));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  server.addContentTypeParser('*', refuseBytes);
}
