import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { Actor } from '../identity/actor.js';
import type { Cancellation } from '../shared/concurrency/cancellation.js';
import type { ReadBudget } from '../shared/concurrency/read-budget.js';
import type { Outcome } from '../telemetry/outcome.js';
import { declareContext, setContext, type HttpRequestContext, type Route } from './context.js';
import { LargeAnswers } from './limits/large-answers.js';
import type { Services } from './services.js';
import { HangUp } from './http/hang-up.js';

/** What requests of a service have in common. */
interface Shared {
  dataSource: DataSource;
  log: Logger;
  hasDocs: boolean;
  largeAnswers: LargeAnswers;
}

/**
 * A class, and no object literal with getters: V8 allocates each getter of a literal in its old generation, which would keep the
 * whole request from being collected as the young object that it is. Apollo copies its fields, so none of them is private by `#`.
 */
class RequestState implements HttpRequestContext {
  readonly dataSource: DataSource;
  readonly log: Logger;
  readonly hasDocs: boolean;
  readonly ends: (() => void)[] = [];
  actor: Actor | null = null;
  release: (() => void) | undefined;
  private hangUp: HangUp | undefined;
  private budget: ReadBudget | undefined;

  constructor(
    readonly requestId: string,
    readonly route: Route,
    readonly outcome: Outcome,
    private readonly response: ServerResponse,
    private readonly shared: Shared,
  ) {
    this.dataSource = shared.dataSource;
    this.log = shared.log;
    this.hasDocs = shared.hasDocs;
  }

  // Both are made when a use case asks for them: most do not.
  get signal(): Cancellation {
    return (this.hangUp ??= new HangUp(this.response));
  }

  get readBudget(): ReadBudget {
    return (this.budget ??= this.shared.largeAnswers.createBudget(this));
  }
}

/** The first hook of all: every other one, and the log, finds a context. */
export function beginContexts(
  server: FastifyInstance,
  { config: { hasDocs }, database, log, spendPoints }: Services,
): void {
  declareContext(server);
  const shared = { dataSource: database.dataSource, log, hasDocs, largeAnswers: new LargeAnswers(spendPoints) };
  server.addHook('onRequest', (request, reply, next) => {
    const { url, config } = request.routeOptions as Route;
    const outcome = { operation: config.operationId ?? url ?? 'unknown' };
    setContext(request, new RequestState(request.id, { url, config }, outcome, reply.raw, shared), reply.raw);
    // Answers hold data of a clinic; what may be kept says so itself.
    void reply.headers({
      'x-request-id': request.id,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    next();
  });
}
