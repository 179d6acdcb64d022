import type { FastifyInstance } from 'fastify';
import type { Services } from '../services.js';
import { PATHS } from '../paths.js';

const READY_WITHIN_MS = 1_500;

const inTime = <T>(work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the database did not answer in time')), READY_WITHIN_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });

/** `GET /livez`: the process runs. `GET /readyz`: it can do its work; 503 while the database is away or it is stopping. */
export function healthRoutes(server: FastifyInstance, { database, state }: Services): void {
  server.get(PATHS.live, async () => ({ status: 'live' }));
  server.get(PATHS.ready, async (request, reply) => {
    try {
      if (state.isStopping) return await reply.code(503).send({ status: 'stopping' });
      await inTime(database.dataSource.query('SELECT 1'));
      return { status: 'ready' };
    } catch (error) {
      request.log.warn({ err: error }, 'not ready');
      return reply.code(503).send({ status: 'the database is away' });
    }
  });
}
