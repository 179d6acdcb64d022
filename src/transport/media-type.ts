import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html';

// Those that Apollo Server answers with, in its order; the third is for subscriptions by callback.
const ANSWER_TYPES = [
  JSON_TYPE,
  'application/graphql-response+json; charset=utf-8',
  'application/json; callbackSpec=1.0; charset=utf-8',
];

/** What an `Accept` header asks for (RFC 9110: lists, q-values, wildcards). */
export interface Accepted {
  /** The media type of an answer; null where the header allows none of them. */
  answerType: string | null;
  /** Whether a page is preferred to JSON, as browsers do. */
  prefersPage: boolean;
}

const WITHOUT_HEADER: Accepted = { answerType: JSON_TYPE, prefersPage: false };

const MAX_REMEMBERED_LENGTH = 512;
const remembered = new LRUCache<string, Accepted>({ max: 128 });

function negotiate(accept: string): Accepted {
  const negotiator = new Negotiator({ headers: { accept } });
  const answerType = negotiator.mediaType([...ANSWER_TYPES]) ?? null;
  const prefersPage = negotiator.mediaType([...ANSWER_TYPES, HTML_TYPE]) === HTML_TYPE;
  return { answerType, prefersPage };
}

/** Parses an `Accept` header; up to 128 of ordinary length are remembered by their text. */
export function readAccept(accept: string | undefined): Accepted {
  if (accept === undefined || accept === '') return WITHOUT_HEADER;
  let accepted = remembered.get(accept);
  if (!accepted) {
    accepted = negotiate(accept);
    if (accept.length <= MAX_REMEMBERED_LENGTH) remembered.set(accept, accepted);
  }
  return accepted;
}

/** The media type for an answer that is sent in any case, such as an error: JSON where the header allows none. */
export const chooseAnswerType = (accept: string | undefined): string => readAccept(accept).answerType ?? JSON_TYPE;

/** Whether a browser opens the URL: it is shown a page instead of running an operation. */
export const prefersPage = ({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>): boolean =>
  method === 'GET' && readAccept(headers.accept).prefersPage;
