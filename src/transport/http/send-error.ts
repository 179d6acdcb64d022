import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../../shared/app-error.js';
import { getContext } from '../context.js';
import { errorBody, toAppError } from '../errors.js';
import { chooseAnswerType } from '../media-type.js';
import { PATHS } from '../paths.js';

export const isGraphQL = (request: FastifyRequest): boolean => request.url.split('?', 1)[0] === PATHS.graphql;

// A version that If-Match named is a precondition (RFC 9110, 15.5.13).
const chooseStatus = ({ code, status }: AppError, { headers }: FastifyRequest): number =>
  code === 'VERSION_CONFLICT' && headers['if-match'] !== undefined ? 412 : status;

/** The media type of an error, in the form of the API that was called. */
export const chooseErrorType = (request: FastifyRequest): string =>
  isGraphQL(request) ? chooseAnswerType(request.headers.accept) : 'application/json; charset=utf-8';

/** The place of an error that a request with a context is answered with. */
export const describePlace = (request: FastifyRequest) => ({
  requestId: request.id,
  isGraphQL: isGraphQL(request),
  hasDocs: getContext(request).hasDocs,
});

/** Answers an error with its code's status, in the form of the API that was called. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const appError = toAppError(error);
  const { code, details, reason } = appError;
  const status = chooseStatus(appError, request);
  if (code === 'INTERNAL_SERVER_ERROR')
    request.server.log.error({ err: error, requestId: request.id }, 'unexpected error');
  const { outcome } = getContext(request);
  outcome.code = code;
  if (reason !== undefined) outcome.cause = reason;
  if (code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  if (details.retryAfter !== undefined) void reply.header('retry-after', details.retryAfter);
  // Client libraries retry a 409 by themselves; none of ours goes away by waiting.
  if (status === 409) void reply.header('x-should-retry', 'false');
  const body = errorBody(appError, describePlace(request));
  return reply.code(status).type(chooseErrorType(request)).send(body);
}
