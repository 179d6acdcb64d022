import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { BackgroundTask } from '../../shared/concurrency/background-task.js';
import { errorBody, serviceUnavailable } from '../errors.js';
import { isPreflight } from '../http/cors.js';
import { keepOpenWhileReceiving } from '../http/http-server.js';
import { chooseAnswerType } from '../media-type.js';
import { PATHS } from '../paths.js';
import { ConcurrencyLimit, type ConcurrencyLimits } from './concurrency-limit.js';
import { DelayedRefusals } from './delayed-refusals.js';
import { FairShare } from './fair-share.js';

/** When the service sheds load instead of making everybody wait. */
export type OverloadLimits = ConcurrencyLimits &
  Readonly<{
    /** Mean delay of the event loop over half a second, twice in a row: one long pause is no overload. */
    eventLoopDelayMs: number;
  }>;

const SAMPLE_INTERVAL_MS = 500;
const REPORT_INTERVAL_MS = 1_000;
const RESOLUTION_MS = 20;
const NEVER_SHED = new Set<string>([PATHS.live, PATHS.ready]);

/** Places that every credential finds free while the database is slow and others use up what it can do in time. */
const RESERVED_PER_CREDENTIAL = 8;

// One for all: an error of its own, with its stack, would be half of what a refusal costs.
const REFUSAL = serviceUnavailable();

const readPath = (url: string): string => url.split('?', 1)[0]!;

/** Headers that depend on who asks. */
type HeadersFor = (request: IncomingMessage) => Record<string, string>;

/** What refusals say besides the error. */
interface Refusal {
  headersFor: HeadersFor;
  hasDocs: boolean;
}

function refuse(request: IncomingMessage, response: ServerResponse, { headersFor, hasDocs }: Refusal): void {
  const requestId = randomUUID();
  const isGraphQL = readPath(request.url!) === PATHS.graphql;
  const body = JSON.stringify(errorBody(REFUSAL, { requestId, isGraphQL, hasDocs }));
  keepOpenWhileReceiving(request, response);
  response.writeHead(REFUSAL.status, {
    ...headersFor(request),
    'content-type': isGraphQL ? chooseAnswerType(request.headers.accept) : 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'retry-after': `${REFUSAL.details.retryAfter}`,
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

/**
 * Load shedding: admits requests while there is room and refuses the others with 503. A place is held while a request is
 * worked on, from the last byte of its body until its answer is complete; not while a body arrives, an answer is fetched or
 * nobody has been authenticated.
 */
export class OverloadGate implements BackgroundTask {
  private wasLoopSlow = false;
  private isLoopSlow = false;
  private sampledAt = performance.now();
  private unreported = 0;
  private lastReportedAt = -Infinity;
  private readonly concurrency: ConcurrencyLimit;
  private readonly places: FairShare;
  private readonly delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly sampling: NodeJS.Timeout;
  private readonly refusals = new DelayedRefusals();
  /** Requests refused since the start. */
  shed = 0;

  constructor(
    private readonly limits: OverloadLimits,
    private readonly log: Logger,
  ) {
    this.concurrency = new ConcurrencyLimit(limits);
    this.places = new FairShare(limits.concurrency);
    this.delay.enable();
    this.sampling = setInterval(() => this.sample(), SAMPLE_INTERVAL_MS).unref();
  }

  /** Requests that are worked on now. */
  get inFlight(): number {
    return this.places.used;
  }

  async stop(): Promise<void> {
    clearInterval(this.sampling);
    this.delay.disable();
  }

  private sample(): void {
    const now = performance.now();
    // The histogram holds whole intervals; what is beyond the resolution is delay. It is empty where the loop did not turn
    // once between two samples: then the delay is all the time since.
    const intervalMs = this.delay.count > 0 ? this.delay.mean / 1e6 : now - this.sampledAt;
    const isSlow = intervalMs - RESOLUTION_MS > this.limits.eventLoopDelayMs;
    this.sampledAt = now;
    this.isLoopSlow = isSlow && this.wasLoopSlow;
    this.wasLoopSlow = isSlow;
    this.delay.reset();
    this.concurrency.adapt();
    this.refusals.sample();
  }

  /**
   * The handler, reached only while there is time for any request at all. Preflights always reach it: a browser that gets no
   * good answer to one does not let its page read the refusal either.
   */
  wrap(handler: RequestListener, refusal: Refusal): RequestListener {
    return (request, response) => {
      const isFull = this.isLoopSlow || this.inFlight >= this.limits.concurrency;
      if (!isFull || NEVER_SHED.has(readPath(request.url!)) || isPreflight(request)) return handler(request, response);
      this.refuse(() => {
        if (!response.destroyed) refuse(request, response, refusal);
      });
    };
  }

  /** Whether a request of this credential may be worked on now. */
  hasRoom(credential: string): boolean {
    return (
      this.places.hasRoom(credential) &&
      (this.inFlight < this.concurrency.current || this.places.held(credential) < RESERVED_PER_CREDENTIAL)
    );
  }

  /** Takes a place. @returns what gives it back; calling that again changes nothing. */
  enter(credential: string): () => void {
    const giveBack = this.places.take(credential);
    const enteredAt = performance.now();
    this.concurrency.enter(this.inFlight);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      giveBack();
      this.concurrency.leave(performance.now() - enteredAt);
    };
  }

  /** Counts a refusal and calls `answer` to give it: later while the processor is the limit, otherwise immediately. */
  refuse(answer: () => void): void {
    this.countShed();
    this.refusals.run(answer);
  }

  /** Counts a refusal and gives it immediately: until then its request holds much memory. */
  refuseNow(answer: () => void): void {
    this.countShed();
    answer();
  }

  // Logged once a second: a line for each would be work at the worst moment.
  private countShed(): void {
    this.shed += 1;
    this.unreported += 1;
    const now = performance.now();
    if (now - this.lastReportedAt < REPORT_INTERVAL_MS) return;
    const { unreported: shed, inFlight, isLoopSlow } = this;
    const limit = this.concurrency.current;
    this.log.warn({ shed, inFlight, limit, isLoopSlow }, 'overloaded: requests are refused');
    this.lastReportedAt = now;
    this.unreported = 0;
  }
}
