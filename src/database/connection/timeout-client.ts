import { Client, type ClientConfig, type PoolConfig, type QueryResult } from 'pg';
import { isReadOnly } from './postgres-errors.js';
import { ResultLimitingClient } from './result-size.js';

type Callback = (error: Error | undefined, result?: QueryResult) => void;
type AnyQuery = (...args: unknown[]) => unknown;

const ANSWER_TIMEOUT_MS = 4_200;

/**
 * A connection that ends itself when it is of no more use, so that the pool replaces it and looks the server's address up
 * again: when a statement stays without an answer (a stalled server or a dead network reports nothing; the statement then
 * fails immediately), and when the server takes no writes (after a failover the address may lead to another).
 */
export class TimeoutClient extends ResultLimitingClient {
  /** Off while migrations run, which may take as long as they need. */
  hasTimeouts = true;

  constructor(config?: ClientConfig) {
    super(config);
    // Assigned, not overridden: a method cannot implement all overloads of Client.query.
    const send = Client.prototype.query.bind(this) as AnyQuery;
    this.query = ((...args: unknown[]) => this.watch(send, args)) as Client['query'];
    const connect = Client.prototype.connect.bind(this) as (callback: Callback) => void;
    this.connect = ((callback: Callback) =>
      connect((error, client) => {
        // node-postgres leaves the socket of a refused login open until the server closes it, up to a minute later.
        if (error) this.destroySocket();
        callback(error, client);
      })) as Client['connect'];
  }

  protected override stopReceiving(): void {
    this.destroySocket();
  }

  private destroySocket(): void {
    (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }

  private watch(send: AnyQuery, args: unknown[]): unknown {
    const timer = this.hasTimeouts ? setTimeout(() => this.destroySocket(), ANSWER_TIMEOUT_MS) : undefined;
    const settle = (error?: unknown) => {
      clearTimeout(timer);
      if (isReadOnly(error)) void this.end();
    };
    const last = args.at(-1);
    if (typeof last !== 'function') {
      const answer = send(...args) as Promise<unknown>;
      answer.then(() => settle(), settle);
      return answer;
    }
    const callback: Callback = (error, result) => {
      settle(error);
      (last as Callback)(error, result);
    };
    return send(...args.slice(0, -1), callback);
  }
}

/** For when the server is silent; what it can end by itself is set for each session (session-settings.ts). */
export const POOL_TIMEOUTS: PoolConfig & { Client: typeof TimeoutClient } = {
  Client: TimeoutClient,
  keepAlive: true,
};
