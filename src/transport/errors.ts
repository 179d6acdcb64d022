import type { FastifyError } from 'fastify';
import { describeUnavailable, isUnavailable } from '../database/connection/postgres-errors.js';
import { errorDocs } from './error-docs.js';
import { AppError, badUserInput, serviceUnavailable } from '../shared/app-error.js';

/** Re-exported for the transport, which answers with it before any use case runs. */
export { serviceUnavailable };

const internalError = (): AppError =>
  new AppError('INTERNAL_SERVER_ERROR', 'Something went wrong on our side. Quote the requestId when you report it.');

const FASTIFY_ERRORS: Record<string, () => AppError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new AppError('PAYLOAD_TOO_LARGE', 'The body is too large.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    badUserInput([{ path: [], code: 'INVALID', message: 'Send the body as application/json.' }]),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => badUserInput([{ path: [], code: 'REQUIRED', message: 'A JSON body is needed.' }]),
};

const isFastifyError = (error: unknown): error is FastifyError =>
  typeof (error as FastifyError | null)?.code === 'string';

/** Any error as one that a caller may see. An unexpected one says nothing but that it was our fault. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { driverError } = (error ?? {}) as { driverError?: unknown };
  if (driverError instanceof AppError) return driverError;
  if (isUnavailable(error)) return serviceUnavailable(describeUnavailable(error));
  if (isFastifyError(error)) {
    const known = FASTIFY_ERRORS[error.code];
    if (known) return known();
    if (error.code.startsWith('FST_ERR_') && (error.statusCode ?? 500) < 500) {
      return badUserInput([{ path: [], code: 'INVALID', message: 'The request is malformed.' }]);
    }
  }
  return internalError();
}

/** What an answer says of an error besides the error. */
interface ErrorPlace {
  requestId: string;
  isGraphQL: boolean;
  /** Whether it names its place in the documentation. */
  hasDocs: boolean;
}

/** An error in the form of the API that was called. */
export function errorBody({ code, message, details }: AppError, { requestId, isGraphQL, hasDocs }: ErrorPlace): object {
  const more = { ...details, requestId, ...errorDocs(code, hasDocs) };
  return isGraphQL ? { errors: [{ message, extensions: { code, ...more } }] } : { code, message, ...more };
}
