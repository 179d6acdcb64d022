import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const CREATE =
  'mutation($input:CreateExpressCustomerInput!){createExpressCustomer(input:$input){expressCustomerId expressCustomerName metadata}}';
const MAX_TRIES = 2_000;
const PAUSE_MS = 25;

/** A create that the service said it has stored. */
export interface Acknowledged {
  expressCustomerId: string;
  expressCustomerName: string;
  metadata: Record<string, string>;
}

interface Reply {
  status: number;
  text: string;
}

function post(url: string, agent: Agent, token: string, body: string): Promise<Reply> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/graphql`, { method: 'POST', agent, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode!, text }));
      incoming.on('error', reject);
    });
    outgoing.setTimeout(15_000, () => outgoing.destroy(new Error('no answer in 15 s')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/**
 * Creates customers as a careful hospital system does: every create has an idempotency key and is sent again, with the
 * same key, until it is acknowledged. Remembers what was acknowledged and every answer that was not a success.
 */
export class CreatingClient {
  readonly acknowledged: Acknowledged[] = [];
  /** Statuses of the refusals it met on the way; 0 is a broken connection. */
  readonly refusals = new Map<number, number>();
  /** Connections that broke although the service had them: after it was connected and before it had answered. */
  resets = 0;
  private readonly agent: Agent;
  /** While it is set nothing new is sent, as a load balancer does that has seen /readyz refuse. */
  paused = false;
  private stopping = false;
  private work: Promise<unknown> | undefined;

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly parallel: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: parallel });
  }

  start(): void {
    this.work = Promise.all(Array.from({ length: this.parallel }, () => this.createUntilStopped()));
  }

  /** Lets every create under way be acknowledged, then ends. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.work;
    this.agent.destroy();
  }

  private async createUntilStopped(): Promise<void> {
    while (!this.stopping) await this.createOne();
  }

  private async createOne(): Promise<void> {
    const run = randomUUID();
    const input = { expressCustomerName: `Customer ${run}`, metadata: { run, region: 'north' }, idempotencyKey: run };
    const body = JSON.stringify({ query: CREATE, variables: { input } });
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      while (this.paused) await sleep(PAUSE_MS);
      const customer = await this.send(body);
      if (customer) return void this.acknowledged.push(customer);
      await sleep(PAUSE_MS);
    }
    throw new Error('A create was not acknowledged however often it was sent.');
  }

  private async send(body: string): Promise<Acknowledged | null> {
    const reply = await post(this.url, this.agent, this.token, body).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNREFUSED') this.resets += 1;
      return { status: 0, text: '' };
    });
    if (reply.status === 200) {
      const { data } = JSON.parse(reply.text) as { data?: { createExpressCustomer: Acknowledged } | null };
      if (data) return data.createExpressCustomer;
    }
    this.refusals.set(reply.status, (this.refusals.get(reply.status) ?? 0) + 1);
    return null;
  }
}
