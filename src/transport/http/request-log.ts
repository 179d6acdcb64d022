import type { Logger } from 'pino';
import { actorId } from '../../identity/actor.js';
import { PATHS } from '../paths.js';
import { readClientName } from './client-name.js';
import type { Completion, CompletionObserver } from './completion.js';

const PROBES = new Set<string | undefined>([PATHS.live, PATHS.ready]);

// Probes come every few seconds for ever; what they find wrong has a line of its own.
function chooseLevel({ context, status }: Completion): 'debug' | 'info' | 'error' {
  if (PROBES.has(context.route.url)) return 'debug';
  return status >= 500 ? 'error' : 'info';
}

/**
 * One line per request: who called what, how it ended and how long it took. It is built from just these fields, so that no
 * body, header, name or key is ever in it; of what a caller wrote, only a client's own name and version, in a bounded form.
 */
export const logCompletion =
  (log: Logger): CompletionObserver =>
  (completion) => {
    const { request, context, code, status, ms, isAborted } = completion;
    const { actor, outcome, traceId } = context;
    const client = readClientName(request.headers);
    const line = {
      requestId: request.id,
      ...(traceId !== undefined && { traceId }),
      operation: outcome.operation ?? 'unknown',
      actor: actor ? actorId(actor) : null,
      clinicId: actor?.clinicId ?? null,
      code,
      ...(outcome.cause !== undefined && { cause: outcome.cause }),
      ...(outcome.isRepeated && { repeated: true }),
      ...(outcome.deprecated?.length && { deprecated: outcome.deprecated }),
      ...(client && { client }),
      ...(outcome.clientLibrary && { clientLibrary: outcome.clientLibrary }),
      ...(isAborted && { aborted: true }),
      status,
      ms: Math.round(ms * 10) / 10,
    };
    log[chooseLevel(completion)](line, 'request');
  };

/** Logs and counts a request that was refused before it had a context. */
export type ReportRefusal = (requestId: string, code: string, status: number) => void;

/** The line of a request that was refused as soon as it arrived. */
export const logRefusedRequest =
  (log: Logger): ReportRefusal =>
  (requestId, code, status) =>
    log.info({ requestId, operation: 'unknown', actor: null, clinicId: null, code, status, ms: 0 }, 'request');
