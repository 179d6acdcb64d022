import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, toAppError } from '../errors.js';
import type { ReportRefusal } from './request-log.js';

/** No URL is longer: Node accepts no more than this for a request's line and headers together. */
export const MAX_URL_LENGTH = 16_384;

/**
 * Answers a URL that cannot be decoded like every other error, without repeating it. It belongs to no route, so no hook
 * runs: nobody is authenticated, and the request has no context.
 */
export const refuseMalformedUrl =
  (reportRefusal: ReportRefusal, hasDocs: boolean) =>
  (error: FastifyError, { id }: FastifyRequest, reply: FastifyReply): void => {
    const appError = toAppError(error);
    reportRefusal(id, appError.code, appError.status);
    void reply
      .code(appError.status)
      .header('x-request-id', id)
      .type('application/json; charset=utf-8')
      .send(errorBody(appError, { requestId: id, isGraphQL: false, hasDocs }));
  };
