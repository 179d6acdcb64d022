import { Client, type ClientConfig, type PoolConfig, type QueryResult } from 'pg';

type Callback = (error: Error | undefined, result?: QueryResult) => void;
type AnyQuery = (...args: unknown[]) => unknown;

const ANSWERED_WITHIN_MS = 4_200;

/**
 * A connection that is given up when a statement stays without an answer: a stalled server or a dead network says
 * nothing. Whoever waits learns at once that the connection is gone, and the pool replaces it.
 */
export class BoundedClient extends Client {
  /** Off while migrations run, which may take as long as they need. */
  isBounded = true;

  private watch(): () => void {
    const { stream } = (this as unknown as { connection: { stream: { destroy(): void } } }).connection;
    const timer = setTimeout(() => stream.destroy(), ANSWERED_WITHIN_MS);
    return () => clearTimeout(timer);
  }

  constructor(config?: ClientConfig) {
    super(config);
    // Assigned, since a method could not have all the forms that its many declarations have.
    const send = Client.prototype.query.bind(this) as AnyQuery;
    this.query = ((...args: unknown[]) =>
      this.isBounded ? this.bounded(send, args) : send(...args)) as Client['query'];
  }

  private bounded(send: AnyQuery, args: unknown[]): unknown {
    const done = this.watch();
    const last = args.at(-1);
    if (typeof last !== 'function') return (send(...args) as Promise<unknown>).finally(done);
    const answered: Callback = (...answer) => {
      done();
      (last as Callback)(...answer);
    };
    return send(...args.slice(0, -1), answered);
  }
}

/**
 * How long anything may wait for PostgreSQL. The server ends what takes longer by itself; the client does where the
 * server is silent.
 */
export const BOUNDED_WAITING: PoolConfig & { Client: typeof BoundedClient } = {
  Client: BoundedClient,
  statement_timeout: 4_000,
  lock_timeout: 3_000,
  idle_in_transaction_session_timeout: 10_000,
  keepAlive: true,
};
