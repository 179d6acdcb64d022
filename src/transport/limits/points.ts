import type { FastifyRequest } from 'fastify';
import { PAGE_SIZE } from '../../shared/page.js';
import type { Route } from '../context.js';

/** What each mutation costs beyond the object that it answers, through every API. */
export const MUTATION_COST = 10;

const BYTES_PER_POINT = 1_024;

/** What a large answer costs besides its objects. */
export const pointsOfBytes = (bytes: number): number => Math.ceil(bytes / BYTES_PER_POINT);

/** What a REST call costs: as much as the GraphQL operation that does the same. */
export function pointsOfRestCall({ method, query }: FastifyRequest, { config }: Route): number {
  if (method !== 'GET' && method !== 'HEAD') return MUTATION_COST + 1;
  if (config.operationId !== 'expressCustomers') return 1;
  const limit = Number((query as { limit?: unknown }).limit ?? PAGE_SIZE.default);
  return 1 + (limit >= 1 ? Math.min(Math.ceil(limit), PAGE_SIZE.max) : 0);
}
