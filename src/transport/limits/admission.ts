import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorId } from '../../identity/actor.js';
import type { AppError } from '../../shared/app-error.js';
import { getContext, onEnd } from '../context.js';
import { errorBody, serviceUnavailable } from '../errors.js';
import { chooseErrorType, describePlace } from '../http/send-error.js';
import { FairShare } from './fair-share.js';
import type { OverloadGate } from './overload.js';

/** Bytes of bodies that may be arriving at the same time. */
const ARRIVING_BYTES = 64 * 1_048_576;
/** What a body counts at least: a connection that sends nothing still takes memory. */
const MIN_BODY_BYTES = 16_384;
/** What a body counts whose length is not known before it ends. */
const UNKNOWN_BODY_BYTES = 262_144;
/** Smaller answers fit into the buffers of a socket and are not counted. */
const MIN_COUNTED_ANSWER_BYTES = 65_536;
/** Who fetches pages without a credential. */
const ANYBODY = 'anybody';

export interface AdmissionLimits {
  bodyBytes: number;
  /** Bytes of answers that callers have not fetched yet, by all credentials. */
  unreadAnswerBytes: number;
}

// One for all: an error of its own, with its stack, would be half of what a refusal costs.
const REFUSAL = serviceUnavailable('overload');

// A large body stays in memory until its request is answered.
function refuse(gate: OverloadGate, bodyBytes: number, next: (error: AppError) => void): void {
  if (bodyBytes <= MIN_BODY_BYTES) gate.refuse(() => next(REFUSAL));
  else gate.refuseNow(() => next(REFUSAL));
}

function bodyBytes({ headers }: FastifyRequest, maxBytes: number): number {
  if (headers['transfer-encoding'] !== undefined) return Math.min(UNKNOWN_BODY_BYTES, maxBytes);
  const declared = Number(headers['content-length'] ?? 0);
  return declared > 0 ? Math.max(MIN_BODY_BYTES, Math.min(declared, maxBytes)) : 0;
}

const getCredential = (request: FastifyRequest): string => {
  const { actor } = getContext(request);
  return actor ? actorId(actor) : ANYBODY;
};

// Of a small answer the exact length does not matter: a character has at most three bytes.
const answerBytes = (payload: unknown): number => {
  if (typeof payload === 'string')
    return payload.length * 3 < MIN_COUNTED_ANSWER_BYTES ? 0 : Buffer.byteLength(payload);
  return Buffer.isBuffer(payload) ? payload.length : 0;
};

// The answer is dropped, so this one says what every 503 says: whether a change was made is not known.
function replaceAnswer(request: FastifyRequest, reply: FastifyReply): string {
  const error = serviceUnavailable();
  const { outcome } = getContext(request);
  outcome.code = error.code;
  outcome.cause = 'this credential has not fetched its answers';
  for (const name of ['content-length', 'etag']) void reply.removeHeader(name);
  void reply.code(error.status).type(chooseErrorType(request));
  void reply.header('retry-after', error.details.retryAfter);
  return JSON.stringify(errorBody(error, describePlace(request)));
}

// However large it is, one body or one answer per credential is always admitted.
const hasRoomOrNothing = (share: FairShare, credential: string, bytes: number): boolean =>
  share.held(credential) === 0 || share.hasRoom(credential, bytes);

// Before the body is read.
function admitBodies(server: FastifyInstance, gate: OverloadGate, maxBytes: number): void {
  const arriving = new FairShare(ARRIVING_BYTES);
  server.addHook('onRequest', (request, _reply, next) => {
    const context = getContext(request);
    if (!context.actor) return next();
    const credential = getCredential(request);
    const bytes = bodyBytes(request, maxBytes);
    if (!gate.hasRoom(credential) || !hasRoomOrNothing(arriving, credential, bytes)) return refuse(gate, bytes, next);
    if (bytes > 0) {
      const arrived = arriving.take(credential, bytes);
      context.release = arrived;
      context.ends.push(arrived);
    }
    next();
  });
}

// Once the body has been read.
function admitWork(server: FastifyInstance, gate: OverloadGate, maxBytes: number): void {
  server.addHook('preValidation', (request, reply, next) => {
    const context = getContext(request);
    if (!context.actor) return next();
    context.release?.();
    // It came after the deadline's answer, and nothing is done for it.
    if (reply.sent || reply.raw.destroyed) return next();
    const credential = getCredential(request);
    if (!gate.hasRoom(credential)) return refuse(gate, bodyBytes(request, maxBytes), next);
    const leave = gate.enter(credential);
    context.release = leave;
    // Also comes where the caller hangs up before the answer.
    context.ends.push(leave);
    next();
  });
}

// Once the answer is complete.
function admitAnswers(server: FastifyInstance, maxBytes: number): void {
  const unread = new FairShare(maxBytes);
  server.addHook('onSend', (request, reply, payload, next) => {
    getContext(request).release?.();
    const bytes = answerBytes(payload);
    if (bytes < MIN_COUNTED_ANSWER_BYTES) return next();
    const credential = getCredential(request);
    if (!hasRoomOrNothing(unread, credential, bytes)) return next(null, replaceAnswer(request, reply));
    onEnd(request, unread.take(credential, bytes));
    next();
  });
}

/**
 * Gives each credential its fair share of three things: bodies that are arriving, requests that are worked on, and answers
 * that have not been fetched. Register it after authentication: callers without a credential hold none of the first two.
 */
export function admitRequests(server: FastifyInstance, gate: OverloadGate, limits: AdmissionLimits): void {
  admitBodies(server, gate, limits.bodyBytes);
  admitWork(server, gate, limits.bodyBytes);
  admitAnswers(server, limits.unreadAnswerBytes);
}
