import { Server, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const KEEP_ALIVE_MS = 72_000;
/** For a client that sends its request byte by byte; Node checks every 30 s. */
const RECEIVED_WITHIN_MS = 30_000;
/** How much of a body is read and discarded after its request was answered early, so that its sender gets the answer. */
const MAX_DISCARDED_BYTES = 64 * 1_048_576;
const MAX_DISCARD_MS = 15_000;
const DISCARD_CHECK_MS = 250;

/** What a socket is doing. */
interface Connection {
  /** Responses that have not been handed over completely to the operating system. */
  responses: Set<ServerResponse>;
  isDiscarding: boolean;
  /** Something that is not HTTP has arrived; the connection is closed after the answers before it. */
  isEnding: boolean;
  /** `socket.bytesRead` when the last response ended: more means that another request has begun to arrive. */
  bytesReadWhenIdle: number;
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const wantsClose = ({ headers: { connection = '' }, httpVersion }: IncomingMessage): boolean =>
  httpVersion === '1.0' ? !/\bkeep-alive\b/i.test(connection) : /\bclose\b/i.test(connection);

/**
 * Call before the headers of an answer are written. Where the body is still arriving, the connection is kept open until it
 * has been read and discarded: closing it now would reset it, and the client would see a broken pipe instead of the answer.
 * @returns whether it is kept open; the answer must not have a header `connection` then.
 */
export function keepOpenWhileReceiving(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.complete || !hasBody(request)) return false;
  response.shouldKeepAlive = true;
  return true;
}

/**
 * Node's HTTP server, with three differences. A socket that takes no byte of its answer for `answerStallMs` is destroyed. An
 * answer that is given before the body has arrived reaches its client. And on shutdown a connection counts as idle once its
 * answer has been sent, whereas Node counts it as idle as soon as `end()` was called.
 */
export class HttpServer extends Server {
  private readonly sockets = new Map<Socket, Connection>();
  private isClosing = false;

  constructor(handler: RequestListener, answerStallMs: number) {
    // Requests without a Host header are refused further on, in the form of every other error.
    super({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: RECEIVED_WITHIN_MS, requireHostHeader: false });
    // Node restarts this timer whenever bytes arrive or leave.
    this.timeout = answerStallMs;
    this.on('connection', (socket: Socket) => this.addSocket(socket));
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      this.track(request, response);
      handler(request, response);
    };
    this.on('request', listener);
    // `Expect` with anything but 100-continue; Node itself would answer without a body.
    this.on('checkExpectation', listener);
  }

  private addSocket(socket: Socket): void {
    this.sockets.set(socket, { responses: new Set(), isDiscarding: false, isEnding: false, bytesReadWhenIdle: 0 });
    socket.once('close', () => this.sockets.delete(socket));
  }

  private track(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const connection = this.sockets.get(socket);
    if (!connection) return;
    connection.responses.add(response);
    connection.isDiscarding = false;
    response.once('close', () => {
      connection.responses.delete(response);
      connection.bytesReadWhenIdle = socket.bytesRead;
      if (response.writableFinished && hasBody(request)) this.discardRest(request, connection);
      if (this.isClosing && connection.responses.size === 0) socket.destroySoon();
    });
  }

  private discardRest(request: IncomingMessage, connection: Connection): void {
    const { socket } = request;
    const finish = () => {
      connection.isDiscarding = false;
      if (wantsClose(request)) socket.destroySoon();
    };
    if (request.complete) return finish();
    connection.isDiscarding = true;
    request.resume();
    const maxBytesRead = socket.bytesRead + MAX_DISCARDED_BYTES;
    const endsAt = performance.now() + MAX_DISCARD_MS;
    const timer = setInterval(() => {
      if (socket.bytesRead > maxBytesRead || performance.now() > endsAt) socket.destroy();
      if (!request.complete && !socket.destroyed) return;
      clearInterval(timer);
      finish();
    }, DISCARD_CHECK_MS);
  }

  /**
   * Calls back once every request that arrived completely on this socket has its answer; immediately where there is none. Until then
   * nothing more is read: Node counts bytes that arrive as progress, so a caller who takes no answer could go on sending for ever.
   */
  afterAnswers(socket: Socket, done: () => void): void {
    const connection = this.sockets.get(socket);
    const last = [...(connection?.responses ?? [])].filter(({ req }) => req.complete).at(-1);
    if (!connection || !last) return done();
    if (connection.isEnding) return;
    connection.isEnding = true;
    socket.pause();
    last.once('close', () => {
      socket.resume();
      done();
    });
  }

  /** Whether a request on this socket is being received or waits for its answer. */
  isAnswering(socket: Socket): boolean {
    return (this.sockets.get(socket)?.responses.size ?? 0) > 0;
  }

  /** Whether the rest of a body whose request has been answered is being read. */
  isDiscarding(socket: Socket): boolean {
    return this.sockets.get(socket)?.isDiscarding ?? false;
  }

  /** How many connections have an answer on its way. */
  countAnswering(): number {
    return [...this.sockets.values()].filter(({ responses }) => responses.size > 0).length;
  }

  /** Called by `close()`: from then on each connection is closed as soon as its last answer has been sent. */
  override closeIdleConnections(): void {
    this.isClosing = true;
    for (const [socket, { responses, isDiscarding, bytesReadWhenIdle }] of this.sockets)
      if (isDiscarding || (responses.size === 0 && socket.bytesRead === bytesReadWhenIdle)) socket.destroySoon();
  }
}
