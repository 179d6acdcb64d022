import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { AppError, badUserInput } from '../../shared/app-error.js';
import { errorBody } from '../errors.js';
import type { HttpServer } from './http-server.js';
import type { ReportRefusal } from './request-log.js';

const malformed = (message: string) => badUserInput([{ path: [], code: 'INVALID', message }]);

type ParserError = [status: number, reason: string, error: () => AppError];

const NOT_HTTP: ParserError = [400, 'Bad Request', () => malformed('The request is not well-formed HTTP.')];

const PARSER_ERRORS: Record<string, ParserError> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'Request Header Fields Too Large',
    () => new AppError('PAYLOAD_TOO_LARGE', 'The headers are too large.'),
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', () => malformed('The request did not arrive in time.')],
};

function buildAnswer(
  status: number,
  reason: string,
  appError: AppError,
  { requestId, hasDocs }: { requestId: string; hasDocs: boolean },
): string {
  const body = JSON.stringify(errorBody(appError, { requestId, isGraphQL: false, hasDocs }));
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/**
 * Answers what is not HTTP, or arrives too slowly, in the form of every other error, and closes the connection. Requests that
 * arrived before it on the same connection get their answers first.
 */
export function refuseMalformedHttp(
  server: HttpServer,
  { reportRefusal, hasDocs }: { reportRefusal: ReportRefusal; hasDocs: boolean },
  error: NodeJS.ErrnoException,
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable || server.isDiscarding(socket)) return void socket.destroy();
  server.afterAnswers(socket, () => {
    if (!socket.writable) return;
    const [status, reason, toError] = PARSER_ERRORS[error.code ?? ''] ?? NOT_HTTP;
    const requestId = randomUUID();
    const appError = toError();
    // A request whose headers had arrived has a context, and its own line once the socket closes.
    if (!server.isAnswering(socket)) reportRefusal(requestId, appError.code, status);
    socket.end(buildAnswer(status, reason, appError, { requestId, hasDocs }));
  });
}
