import { Client, type ClientConfig, type QueryResult } from 'pg';
import type { ConnectionSettings } from './connection-settings.js';
import { findWritableHost, type DatabaseHost } from './hosts.js';
import { isReadOnly } from './postgres-errors.js';
import type { PoolSessions } from './session-settings.js';
import { ResultLimitingClient } from './result-size.js';

type Callback = (error: Error | undefined, result?: QueryResult) => void;
type AnyQuery = (...args: unknown[]) => unknown;

/** Beyond its timeout, a statement's answer may take so long to arrive. */
const ANSWER_MARGIN_MS = 200;

interface TimeoutConfig extends ClientConfig {
  /** What is set in the sessions of its pool. */
  sessions: PoolSessions;
  answerTimeoutMs: number;
  connectTimeoutMs: number;
  /** The hosts of which the one that takes writes is connected to; null: the configured one. */
  writableOf: DatabaseHost[] | null;
}

/**
 * A connection that ends itself when it is of no more use, so that the pool replaces it and looks the server's address up
 * again: when a statement stays without an answer (a stalled server or a dead network reports nothing; the statement then
 * fails immediately), and when the server takes no writes (after a failover the address may lead to another).
 */
export class TimeoutClient extends ResultLimitingClient {
  /** Off while migrations run, which may take as long as they need. */
  hasTimeouts = true;

  readonly sessions: PoolSessions;
  private readonly answerTimeoutMs: number;

  constructor(config: TimeoutConfig) {
    super(config);
    this.sessions = config.sessions;
    this.answerTimeoutMs = config.answerTimeoutMs;
    // Assigned, not overridden: a method cannot implement all overloads of Client.query.
    const send = Client.prototype.query.bind(this) as AnyQuery;
    this.query = ((...args: unknown[]) => this.watch(send, args)) as Client['query'];
    const connect = Client.prototype.connect.bind(this) as (callback: Callback) => void;
    const connectTo = (callback: Callback) =>
      connect((error, client) => {
        // node-postgres leaves the socket of a refused login open until the server closes it, up to a minute later.
        if (error) this.destroySocket();
        callback(error, client);
      });
    this.connect = ((callback: Callback) =>
      this.chooseHost(config).then(() => connectTo(callback), callback)) as unknown as Client['connect'];
  }

  private async chooseHost({ writableOf, connectTimeoutMs, ...config }: TimeoutConfig): Promise<void> {
    if (writableOf === null) return;
    // Half of the time, so that the other half is left for the connection itself.
    Object.assign(this, await findWritableHost(writableOf, config, connectTimeoutMs / 2));
  }

  protected override stopReceiving(): void {
    this.destroySocket();
  }

  private destroySocket(): void {
    (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }

  private watch(send: AnyQuery, args: unknown[]): unknown {
    const timer = this.hasTimeouts ? setTimeout(() => this.destroySocket(), this.answerTimeoutMs) : undefined;
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

/** The connections of a pool; for when the server is silent, since what it can end by itself is set for each session. */
export const timeoutConnections = (
  { statementTimeoutMs, connectTimeoutMs, keepAliveMs }: ConnectionSettings,
  sessions: PoolSessions,
  writableOf: DatabaseHost[] | null,
): object => ({
  Client: TimeoutClient,
  keepAlive: true,
  keepAliveInitialDelayMillis: keepAliveMs,
  onConnect: sessions.onConnect,
  sessions,
  answerTimeoutMs: statementTimeoutMs + ANSWER_MARGIN_MS,
  connectTimeoutMs,
  writableOf,
});
