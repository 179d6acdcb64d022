import type { FastifyInstance } from 'fastify';
import { getContext } from '../context.js';
import { PATHS } from '../paths.js';
import type { Services } from '../services.js';

const READY_WITHIN_MS = 1_500;
const SHARED_FOR_MS = 250;

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

/** `GET /livez`: the process runs. `GET /readyz`: it can do its work; 503 while the database is away or during shutdown. */
export function healthRoutes(server: FastifyInstance, { database, log, state }: Services): void {
  const isDatabaseReady = shareResult(async () => {
    try {
      await withTimeout(database.dataSource.query('SELECT 1'));
      return true;
    } catch (error) {
      log.warn({ err: error }, 'not ready');
      return false;
    }
  });
  server.get(PATHS.live, async () => ({ status: 'live' }));
  server.get(PATHS.ready, async (request, reply) => {
    if (!state.isStopping && (await isDatabaseReady())) return { status: 'ready' };
    getContext(request).outcome.code = 'SERVICE_UNAVAILABLE';
    return reply.code(503).send({ status: state.isStopping ? 'stopping' : 'the database is away' });
  });
}
