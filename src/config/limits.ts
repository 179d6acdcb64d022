import { wholeNumber } from './validators.js';

const atLeastOne = wholeNumber(1);
const any = wholeNumber(0);

/** The variables that limit the cost of a request, the rate of a credential, and how much runs simultaneously. */
export const LIMIT_VARIABLES = {
  MAX_BODY_BYTES: atLeastOne({ default: 1_048_576 }),
  MAX_DOCUMENT_BYTES: atLeastOne({ default: 16_384 }),
  MAX_TOKENS: atLeastOne({ default: 1_000 }),
  MAX_DEPTH: atLeastOne({ default: 10 }),
  MAX_ALIASES: atLeastOne({ default: 15 }),
  MAX_DIRECTIVES: atLeastOne({ default: 20 }),
  MAX_COST: atLeastOne({ default: 10_000 }),
  RATE_LIMIT_POINTS: any({ default: 200_000 }),
  MAX_CONCURRENCY: atLeastOne({ default: 512 }),
  MAX_MEAN_LATENCY_MS: atLeastOne({ default: 400 }),
  MAX_EVENT_LOOP_DELAY_MS: atLeastOne({ default: 1_000 }),
  MAX_ANSWER_STALL_MS: atLeastOne({ default: 30_000 }),
  MAX_UNREAD_ANSWER_BYTES: atLeastOne({ default: 134_217_728 }),
};

/** A request beyond any of these is rejected before a statement is sent. See docs/limits.md. */
export type Limits = Readonly<{
  bodyBytes: number;
  documentBytes: number;
  tokens: number;
  depth: number;
  aliases: number;
  directives: number;
  cost: number;
  /** The points that one credential may spend per 10 s; 0: unlimited. */
  ratePoints: number;
  concurrency: number;
  meanLatencyMs: number;
  eventLoopDelayMs: number;
  /** How long a caller may take no byte of an answer. */
  answerStallMs: number;
  /** What all answers that callers have not fetched yet may hold. */
  unreadAnswerBytes: number;
}>;

type LimitVariables = { readonly [Name in keyof typeof LIMIT_VARIABLES]: number };

/** With the embedded engine, mean latency is not limited: its callers are on one machine and rather wait than retry. */
export const toLimits = (env: LimitVariables, isEmbedded: boolean): Limits =>
  Object.freeze({
    bodyBytes: env.MAX_BODY_BYTES,
    documentBytes: env.MAX_DOCUMENT_BYTES,
    tokens: env.MAX_TOKENS,
    depth: env.MAX_DEPTH,
    aliases: env.MAX_ALIASES,
    directives: env.MAX_DIRECTIVES,
    cost: env.MAX_COST,
    ratePoints: env.RATE_LIMIT_POINTS,
    concurrency: env.MAX_CONCURRENCY,
    meanLatencyMs: isEmbedded ? Infinity : env.MAX_MEAN_LATENCY_MS,
    eventLoopDelayMs: env.MAX_EVENT_LOOP_DELAY_MS,
    answerStallMs: env.MAX_ANSWER_STALL_MS,
    unreadAnswerBytes: env.MAX_UNREAD_ANSWER_BYTES,
  });
