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
    const timer = setTimeout(() => this.destroySocket(), ANSWERED_WITHIN_MS);
    return () => clearTimeout(timer);
  }

  constructor(config?: ClientConfig) {
    super(config);
    // Assigned, since a method could not have all the forms that its many declarations have.
    const send = Client.prototype.query.bind(this) as AnyQuery;
    this.query = ((...args: unknown[]) =>
      this.isBounded ? this.bounded(send, args) : send(...args)) as Client['query'];
    const connect = Client.prototype.connect.bind(this) as (callback: Callback) => void;
    this.connect = ((callback: Callback) =>
      connect((error, client) => {
        // node-postgres leaves the socket of a refused login open until the server closes it, up to a minute later.
        if (error) this.destroySocket();
        callback(error, client);
      })) as Client['connect'];
  }

  private destroySocket(): void {
    (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
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

/** For when the server is silent; what it can end by itself is set for each session (session-settings.ts). */
export const BOUNDED_WAITING: PoolConfig & { Client: typeof BoundedClient } = {
  Client: BoundedClient,
  keepAlive: true,
};
