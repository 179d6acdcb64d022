import type { EntityManager } from 'typeorm';
import { FairSlots, type Lane } from '../shared/concurrency/fair-slots.js';
import { DEFAULT_CONNECTIONS } from './connection/connection-settings.js';
import { poolOf } from './connection/pool.js';
import { isInTransaction, perDataSource } from './prepared-statement.js';

/** Connections that no clinic occupies: health checks and maintenance use them. */
const RESERVED = 1;
/** Connections that transactions, counts and searches leave to batched reads and creates. */
const SHORT_ONLY = 3;
const PER_TENANT = 3;
const MAX_WAITING = 1_000;
// The embedded engine does one thing at a time, so more of what waits will be answered; callers have their own deadline.
const MAX_WAIT_EMBEDDED_MS = 30_000;

const atLeastOne = (connections: number): number => Math.max(1, connections);

/**
 * The pool's connections, shared fairly between clinics: docs/limits.md says what a clinic may occupy. The embedded engine's
 * single session is shared by the same rotation.
 */
export const tenantSlots = perDataSource((dataSource) => {
  const { max, connectionTimeoutMillis } = poolOf(dataSource).options;
  const total = atLeastOne(max - RESERVED);
  const totalLong = atLeastOne(total - SHORT_ONLY);
  return new FairSlots({
    total,
    lanes: {
      short: { total, perTenant: PER_TENANT, alone: PER_TENANT },
      // One is left for the first change of another clinic, whatever those of the busy one wait for.
      long: { total: totalLong, perTenant: PER_TENANT, alone: atLeastOne(totalLong - 1) },
    },
    maxWaiting: MAX_WAITING,
    // As long as for a connection itself: one setting says both.
    maxWaitMs: max === 1 ? MAX_WAIT_EMBEDDED_MS : (connectionTimeoutMillis ?? DEFAULT_CONNECTIONS.connectTimeoutMs),
  });
});

/**
 * Runs a statement of a clinic when its share of connections allows it. A statement of a transaction, which holds a
 * connection already, runs immediately.
 * @throws AppError SERVICE_UNAVAILABLE when no connection became free for the clinic in time.
 */
export function withTenantSlot<T>(
  manager: EntityManager,
  clinicId: string,
  lane: Lane,
  statement: () => Promise<T>,
): Promise<T> {
  if (isInTransaction(manager)) return statement();
  return tenantSlots(manager.connection).run(clinicId, lane, statement);
}
