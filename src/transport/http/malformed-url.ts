import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, toAppError } from '../errors.js';

/** No address is longer: Node takes no more than this for a request's line and headers together. */
export const LONGEST_ADDRESS = 16_384;

/**
 * Answers an address that cannot be decoded in the words of every other error, without repeating it. It belongs to no
 * route, so no hook runs: nobody is identified, and the request has no context.
 */
export function refuseMalformedAddress(error: FastifyError, { id }: FastifyRequest, reply: FastifyReply): void {
  const appError = toAppError(error);
  void reply
    .code(appError.status)
    .header('x-request-id', id)
    .type('application/json; charset=utf-8')
    .send(errorBody(appError, id, false));
}
