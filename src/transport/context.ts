import type { RequestContext } from '../identity/request-context.js';

/** What a credential may still spend in the window under way. */
export interface Allowance {
  limit: number;
  remaining: number;
  /** Whole seconds, at least 1. */
  resetS: number;
}

/** What became of a request, as far as it may be logged: no name, metadata or key is ever put in here. */
export interface Outcome {
  /** The root fields of the schema that were called, such as createExpressCustomer. */
  operation?: string;
  /** The error code of the answer; none when it succeeded. */
  code?: string;
  /** Whether the operation was kept from an earlier call and so skipped Apollo's pipeline. */
  isRepeated?: boolean;
  /** What the credential may still spend; none where nothing was taken. */
  allowance?: Allowance;
}

/** What a request carries while it is at the doors. Apollo copies the context, so what it learns goes into `outcome`. */
export interface DoorContext extends RequestContext {
  /** The trace that the request is part of; none where tracing is off. */
  traceId?: string;
  outcome: Outcome;
}

declare module 'fastify' {
  interface FastifyRequest {
    context: DoorContext;
  }
}
