import type { FastifyInstance } from 'fastify';
import type { HttpServer } from './http-server.js';

/**
 * Graceful shutdown of the HTTP server: stops listening, lets requests end and answers reach their callers, and closes each
 * connection after that. What is still on its way when the time is up is cut off.
 * @returns how many answers were cut off.
 */
export async function closeServer(server: FastifyInstance, withinMs: number): Promise<number> {
  const http = server.server as unknown as HttpServer;
  let cutOff = 0;
  const timer = setTimeout(() => {
    cutOff = http.countAnswering();
    http.closeAllConnections();
  }, withinMs);
  await server.close();
  clearTimeout(timer);
  return cutOff;
}
