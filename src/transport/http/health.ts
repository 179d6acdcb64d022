import type { FastifyInstance } from 'fastify';
import { isWritable } from '../../database/writable.js';
import { getContext } from '../context.js';
import { PATHS } from '../paths.js';
import type { Services } from '../services.js';

const READY_WITHIN_MS = 1_500;
const SHARED_FOR_MS = 250;

interface State {
  isReady: boolean;
  status: string;
  isReadOnly?: boolean;
}

const READY: State = { isReady: true, status: 'ready' };
const STOPPING: State = { isReady: false, status: 'stopping' };

const withTimeout = <T>(work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the database did not answer in time')), READY_WITHIN_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });

/** Shares one run among all callers until 250 ms after it ended, so that strangers cannot make the database busy. */
function shareResult<T>(run: () => Promise<T>): () => Promise<T> {
  let latest: Promise<T> | undefined;
  return () => {
    latest ??= run().finally(() => setTimeout(() => (latest = undefined), SHARED_FOR_MS).unref());
    return latest;
  };
}

/**
 * `GET /livez`: the process runs. `GET /readyz`: it can do its work; 503 while the database is away or read-only, or during
 * shutdown. An instance that was started on a standby is ready to read, and says that it is read-only.
 */
export function healthRoutes(server: FastifyInstance, { database, log, state }: Services): void {
  const findState = shareResult(async (): Promise<State> => {
    try {
      if (await withTimeout(isWritable(database))) return READY;
      if (database.isStandby) return { ...READY, isReadOnly: true };
      log.warn('not ready: the database is read-only');
      return { isReady: false, status: 'the database is read-only' };
    } catch (error) {
      log.warn({ err: error }, 'not ready');
      return { isReady: false, status: 'the database is away' };
    }
  });
  server.get(PATHS.live, async () => ({ status: 'live' }));
  server.get(PATHS.ready, async (request, reply) => {
    const { isReady, ...body } = state.isStopping ? STOPPING : await findState();
    if (isReady) return body;
    getContext(request).outcome.code = 'SERVICE_UNAVAILABLE';
    return reply.code(503).send(body);
  });
}
