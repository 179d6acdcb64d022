import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestContext } from '../../identity/request-context.js';
import { AppError } from '../../shared/app-error.js';
import { parseInput } from '../../shared/validation.js';
import { CreateExpressCustomerInput } from '../contract/create-express-customer.input.js';
import { rememberRefusedCreate } from '../use-cases/remember-refused-create.js';
import { parseRetryCount } from './rest-mapping.js';

const TRY_AGAIN_LATER = new Set([429, 503]);

// Most creates have some hundred bytes; of a larger one nothing is remembered.
const MAX_BYTES = 16 * 1024;

/** Reads a body that arrives while its request is being refused. `done` is not called for one that is cut off or too large. */
function collectBody(raw: IncomingMessage, done: (body: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  raw.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  });
  raw.once('end', () => {
    if (bytes <= MAX_BYTES) done(Buffer.concat(chunks).toString());
  });
}

// Runs in an event of the connection, where an error would end the process.
function rememberCreate(context: RequestContext, retryCount: string, readBody: () => unknown): void {
  try {
    const input = parseInput(CreateExpressCustomerInput, readBody());
    rememberRefusedCreate(context, input, parseRetryCount(retryCount)!);
  } catch (error) {
    if (!(error instanceof AppError || error instanceof SyntaxError))
      context.log.error({ err: error }, 'unexpected error');
    // Else its body, header or scope would have been refused too, and nothing created.
  }
}

const begun = new WeakSet<FastifyRequest>();

/** Takes note that a create begins: whether it made anything is known where it ends, not by its answer. */
export const noteBegunCreate = (request: FastifyRequest): void => void begun.add(request);

/**
 * Takes note of a create that is refused before it began, such as for its caller's rate limit or for load. The refusal does not
 * wait: a body that has not arrived is read as it does, which the connection's next request needs anyway.
 */
export function noteRefusedCreate(context: RequestContext, request: FastifyRequest, reply: FastifyReply): void {
  const { headers, body, raw } = request;
  const wasRefused = TRY_AGAIN_LATER.has(reply.statusCode) && !begun.has(request) && context.actor !== null;
  if (!wasRefused || headers['idempotency-key'] !== undefined) return;
  const retryCount = headers['x-stainless-retry-count'] as string | undefined;
  if (retryCount === undefined || Number(headers['content-length'] ?? 0) > MAX_BYTES) return;
  if (body !== undefined) rememberCreate(context, retryCount, () => body);
  else collectBody(raw, (text) => rememberCreate(context, retryCount, () => JSON.parse(text)));
}
