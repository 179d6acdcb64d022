import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { BackgroundTask } from '../../shared/background-task.js';
import { errorBody, serviceUnavailable } from '../errors.js';
import { ConcurrencyLimit, type ConcurrencyLimits } from './concurrency-limit.js';
import { chooseAnswerType } from '../media-type.js';
import { PATHS } from '../paths.js';

/** When the service sheds load instead of letting everybody wait. */
export type OverloadLimits = ConcurrencyLimits &
  Readonly<{
    /** Mean delay of the event loop over half a second, twice in a row: one long pause is no overload. */
    eventLoopDelayMs: number;
  }>;

const SAMPLED_EVERY_MS = 500;
const TOLD_EVERY_MS = 1_000;
const RESOLUTION_MS = 20;
const NEVER_SHED = new Set<string>([PATHS.live, PATHS.ready]);

// One for all: an error of its own, with its stack, would be half of what a refusal costs.
const REFUSAL = serviceUnavailable();

function refuse({ url, headers }: IncomingMessage, response: ServerResponse): void {
  const requestId = randomUUID();
  const isGraphQL = url!.split('?', 1)[0] === PATHS.graphql;
  const body = JSON.stringify(errorBody(REFUSAL, requestId, isGraphQL));
  response.writeHead(REFUSAL.status, {
    'content-type': isGraphQL ? chooseAnswerType(headers.accept) : 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'retry-after': `${REFUSAL.details.retryAfter}`,
    'x-request-id': requestId,
  });
  response.end(body);
}

/** Lets requests in while there is room, and refuses the others with 503 before anything else is done for them. */
export class OverloadGate implements BackgroundTask {
  private wasLoopSlow = false;
  private isLoopSlow = false;
  private untold = 0;
  private toldAt = -Infinity;
  private readonly concurrency: ConcurrencyLimit;
  private readonly delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly sampling: NodeJS.Timeout;
  /** Requests at work now. */
  inFlight = 0;
  /** Requests refused since the start. */
  shed = 0;

  constructor(
    private readonly limits: OverloadLimits,
    private readonly log: Logger,
  ) {
    this.concurrency = new ConcurrencyLimit(limits);
    this.delay.enable();
    this.sampling = setInterval(() => this.sample(), SAMPLED_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.sampling);
    this.delay.disable();
  }

  private sample(): void {
    // The histogram holds whole intervals; what is beyond the resolution is delay. It is empty, and the mean no number,
    // where the loop did not come round once between two samples: nothing is slower.
    const isSlow = !(this.delay.mean / 1e6 - RESOLUTION_MS <= this.limits.eventLoopDelayMs);
    this.isLoopSlow = isSlow && this.wasLoopSlow;
    this.wasLoopSlow = isSlow;
    this.delay.reset();
    this.concurrency.adapt();
  }

  /** The handler, reached only by those that are let in. */
  before(handler: RequestListener): RequestListener {
    return (request, response) => {
      const isFull = this.isLoopSlow || this.inFlight >= this.concurrency.current;
      if (isFull && !NEVER_SHED.has(request.url!)) {
        refuse(request, response);
        return this.countShed();
      }
      this.concurrency.enter((this.inFlight += 1));
      this.follow(response);
      handler(request, response);
    };
  }

  private follow(response: ServerResponse): void {
    const enteredAt = performance.now();
    // Also comes where the caller hangs up before the answer.
    response.once('close', () => {
      this.inFlight -= 1;
      this.concurrency.leave(performance.now() - enteredAt);
    });
  }

  // A line for each would be work at the worst moment.
  private countShed(): void {
    this.shed += 1;
    this.untold += 1;
    const now = performance.now();
    if (now - this.toldAt < TOLD_EVERY_MS) return;
    const { untold: shed, inFlight, isLoopSlow } = this;
    const limit = this.concurrency.current;
    this.log.warn({ shed, inFlight, limit, isLoopSlow }, 'overloaded: requests are refused');
    this.toldAt = now;
    this.untold = 0;
  }
}
