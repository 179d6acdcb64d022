import type { RequestContext } from '../identity/request-context.js';

/** What became of a request, as far as it may be logged: no name, metadata or key is ever put in here. */
export interface Outcome {
  /** The root fields of the schema that were called, such as createExpressCustomer. */
  operation?: string;
  /** The error code of the answer; none when it succeeded. */
  code?: string;
}

/** What a request carries while it is at the doors. Apollo copies the context, so what it learns goes into `outcome`. */
export interface DoorContext extends RequestContext {
  outcome: Outcome;
}

declare module 'fastify' {
  interface FastifyRequest {
    context: DoorContext;
  }
}
