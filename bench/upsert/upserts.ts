import { readFile } from 'node:fs/promises';
import type { ServerProcess } from '../../test/support/server-process.js';

const ROUNDS = 5;
const SINGLE_CALLS = 200;
const BULK_CALLS = 20;
const ITEMS_PER_CALL = 100;
const TICKS_PER_SECOND = 100;

const ONE = 'mutation ($input: UpsertExpressCustomerInput!) { upsertExpressCustomer(input: $input) { outcome } }';
const MANY = `mutation ($inputs: [UpsertExpressCustomerInput!]!) {
  upsertExpressCustomers(inputs: $inputs) { outcome errors { code } } }`;

/** Processor seconds that a process has used, in user mode and in the kernel. */
async function processorSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const itemOf = (name: string, n: number) => ({
  externalReferenceId: `${name}-${n}`,
  expressCustomerName: `Organisation ${n}`,
  setMetadata: { region: 'north', city: `City ${n % 50}` },
});

interface Spent {
  items: number;
  seconds: number;
  processorSeconds: number;
}

/** One client that sends its next call when the last one was answered. */
class OneClient {
  constructor(
    private readonly service: ServerProcess,
    private readonly token: string,
  ) {}

  private async send(query: string, variables: object): Promise<void> {
    const response = await fetch(`${this.service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    if (text.includes('"code"') || !text.includes('outcome')) throw new Error(`A call failed: ${text.slice(0, 500)}`);
  }

  private async spend(items: number, work: () => Promise<void>): Promise<Spent> {
    const [before, started] = [await processorSeconds(this.service.pid), performance.now()];
    await work();
    const seconds = (performance.now() - started) / 1_000;
    return { items, seconds, processorSeconds: (await processorSeconds(this.service.pid)) - before };
  }

  sendSingly(name: string): Promise<Spent> {
    return this.spend(SINGLE_CALLS, async () => {
      for (let n = 0; n < SINGLE_CALLS; n += 1) await this.send(ONE, { input: itemOf(name, n) });
    });
  }

  sendInBulk(name: string): Promise<Spent> {
    return this.spend(BULK_CALLS * ITEMS_PER_CALL, async () => {
      for (let call = 0; call < BULK_CALLS; call += 1) {
        const inputs = Array.from({ length: ITEMS_PER_CALL }, (_, n) => itemOf(name, call * ITEMS_PER_CALL + n));
        await this.send(MANY, { inputs });
      }
    });
  }
}

function describe(title: string, spent: Spent[]): { rate: number; text: string } {
  const sum = (of: (one: Spent) => number) => spent.reduce((total, one) => total + of(one), 0);
  const items = sum((one) => one.items);
  const rate = items / sum((one) => one.seconds);
  const microseconds = (sum((one) => one.processorSeconds) / items) * 1e6;
  return {
    rate,
    text: `${title}: ${Math.round(rate)} per second, ${Math.round(microseconds)} µs of the service's processor each`,
  };
}

/** Alternating rounds of upserts that create and that find everything unchanged, singly and in bulk. */
export async function measureUpserts(service: ServerProcess, token: string): Promise<string> {
  const client = new OneClient(service, token);
  await client.sendSingly('warm-up');
  await client.sendInBulk('warm-up in bulk');
  const rounds: Record<'created' | 'unchanged', { single: Spent[]; bulk: Spent[] }> = {
    created: { single: [], bulk: [] },
    unchanged: { single: [], bulk: [] },
  };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const outcome of ['created', 'unchanged'] as const) {
      rounds[outcome].single.push(await client.sendSingly(`single ${round}`));
      rounds[outcome].bulk.push(await client.sendInBulk(`bulk ${round}`));
    }
  return Object.entries(rounds)
    .map(([outcome, spent]) => {
      const single = describe(`${outcome}, one per call`, spent.single);
      const bulk = describe(`${outcome}, a hundred per call`, spent.bulk);
      return `${single.text}\n${bulk.text}\nratio of the rates: ${(bulk.rate / single.rate).toFixed(1)}\n`;
    })
    .join('');
}
