import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, badUserInput } from '../../shared/app-error.js';
import { errorBody } from '../errors.js';
import type { OverloadGate } from '../limits/overload.js';

const KEEP_ALIVE_MS = 72_000;
/** For a client that sends its request a byte at a time; Node looks every 30 s. */
const RECEIVED_WITHIN_MS = 30_000;

/** Fastify's `serverFactory`: the gate stands before the router, so that a refusal costs next to nothing. */
export const httpServerBehind =
  (gate: OverloadGate) =>
  (handler: RequestListener): Server =>
    createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: RECEIVED_WITHIN_MS }, gate.before(handler));

const malformed = (message: string) => badUserInput([{ path: [], code: 'INVALID', message }]);

const PARSER_ERRORS: Record<string, [status: string, error: () => AppError]> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    () => new AppError('PAYLOAD_TOO_LARGE', 'The headers are too large.'),
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', () => malformed('The request did not arrive in time.')],
};

/** Answers what is no HTTP request, or arrives too slowly, in the words of every other error, and closes the connection. */
export function refuseMalformedHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, appError] = PARSER_ERRORS[error.code ?? ''] ?? [
    '400 Bad Request',
    () => malformed('The request is not well-formed HTTP.'),
  ];
  const requestId = randomUUID();
  const body = JSON.stringify(errorBody(appError(), requestId, false));
  const head = [
    `HTTP/1.1 ${status}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
