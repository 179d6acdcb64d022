import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Server } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BackgroundTask } from '../shared/concurrency/background-task.js';
import { BATCH_CHANNEL, type BatchRun } from '../shared/concurrency/batches.js';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64];

// A client names itself as it likes: only so many names have series of their own.
const MAX_CLIENTS = 100;

// As many values as there are operations: a caller can put root fields together in too many ways to count each.
const operationLabel = (operation: string): string => (operation.includes(',') ? 'several' : operation);

/** Where the gauges read their values. */
export interface MetricSources {
  gate: { inFlight: number; shed: number };
  pool: { totalCount: number; idleCount: number; waitingCount: number };
  /** The clinics' shares of the pool, in front of it. */
  slots: { waiting: number };
  log: { dropped(): number };
}

/** Metrics of the service for Prometheus, on a port of their own: callers of the API must not see it. */
export class Metrics implements BackgroundTask {
  private readonly registry = new Registry();
  private readonly requests: Counter<'operation' | 'code'>;
  private readonly seconds: Histogram<'operation'>;
  private readonly deprecated = new Counter({
    name: 'avara_express_deprecated_uses_total',
    help: 'Requests by each deprecated member of the schema that they use, and by the client that sent them.',
    labelNames: ['member', 'client'],
    registers: [this.registry],
  });
  private readonly clients = new Set<string>();
  private readonly batches: Histogram<'batch'>;
  private server: Server | undefined;

  constructor({ gate, pool, slots, log }: MetricSources) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Counter({
      name: 'avara_express_requests_total',
      help: 'Requests by operation and by the code of their answer, OK for a success.',
      labelNames: ['operation', 'code'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'avara_express_request_seconds',
      help: 'Seconds from a request to the end of its answer.',
      labelNames: ['operation'],
      buckets: SECONDS,
      registers,
    });
    this.batches = new Histogram({
      name: 'avara_express_batch_size',
      help: 'How many calls were batched into one statement.',
      labelNames: ['batch'],
      buckets: BATCH_SIZES,
      registers,
    });
    this.gauge('avara_express_requests_in_flight', 'Requests that are worked on now.', () => gate.inFlight);
    this.total('avara_express_requests_shed_total', 'Requests refused for overload.', () => gate.shed);
    this.total('avara_express_log_lines_dropped_total', 'Log lines dropped.', () => log.dropped());
    // The names of these two before they were counters; dashboards have them.
    this.gauge('avara_express_requests_shed', 'Requests refused for overload since the start.', () => gate.shed);
    this.gauge('avara_express_log_lines_dropped', 'Log lines dropped since the start.', () => log.dropped());
    this.gauge('avara_express_pool_connections', 'Connections to the database.', () => pool.totalCount);
    this.gauge('avara_express_pool_idle', 'Connections to the database without work.', () => pool.idleCount);
    this.gauge(
      'avara_express_pool_waiting',
      'Requests that wait for a connection.',
      () => pool.waitingCount + slots.waiting,
    );
    subscribe(BATCH_CHANNEL, this.countBatch);
  }

  private gauge(name: string, help: string, value: () => number): void {
    const registers = [this.registry];
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  }

  private total(name: string, help: string, value: () => number): void {
    const registers = [this.registry];
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }

  private readonly countBatch = (message: unknown): void => {
    const { name, size } = message as BatchRun;
    this.batches.observe({ batch: name }, size);
  };

  /** Counts a request that has ended. */
  countRequest(operation: string, code: string, ms: number): void {
    const label = operationLabel(operation);
    this.requests.inc({ operation: label, code });
    this.seconds.observe({ operation: label }, ms / 1_000);
  }

  /**
   * Counts a use of something deprecated.
   * @param client as it names itself; all that come after the first hundred names are `other`.
   */
  countDeprecatedUse(member: string, client = 'unnamed'): void {
    if (this.clients.size < MAX_CLIENTS) this.clients.add(client);
    this.deprecated.inc({ member, client: this.clients.has(client) ? client : 'other' });
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** Serves them at every path. @returns the port. */
  async listen(port: number, host: string): Promise<number> {
    const server = createServer((_request, response) => {
      void this.text().then((text) => {
        response.writeHead(200, { 'content-type': this.registry.contentType });
        response.end(text);
      });
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    return (server.address() as { port: number }).port;
  }

  async stop(): Promise<void> {
    unsubscribe(BATCH_CHANNEL, this.countBatch);
    this.registry.clear();
    this.server?.closeAllConnections();
    this.server?.close();
  }
}
