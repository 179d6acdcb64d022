/** How an instance uses its connections to PostgreSQL. */
export interface ConnectionSettings {
  /** At most this many connections. */
  poolSize: number;
  /** How long a connection may take, or wait to become free. */
  connectTimeoutMs: number;
  /** How long a statement may take. */
  statementTimeoutMs: number;
  /** How long a statement may wait for a lock. */
  lockTimeoutMs: number;
  /** How long a connection may be silent before the system asks whether the other end is still there (TCP keepalive). */
  keepAliveMs: number;
}

export const DEFAULT_CONNECTIONS: ConnectionSettings = Object.freeze({
  poolSize: 10,
  connectTimeoutMs: 3_000,
  statementTimeoutMs: 4_000,
  lockTimeoutMs: 3_000,
  keepAliveMs: 10_000,
});
