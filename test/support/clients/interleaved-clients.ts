import { setTimeout as sleep } from 'node:timers/promises';

const REFERENCES = 40;
const MAX_TRIES = 2_000;
const PAUSE_MS = 25;

/** Whole numbers below a limit, in an order that its seed decides (mulberry32). */
function numbersFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

interface Call {
  document: string;
  variables: object;
}

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { extensions: { code: string } }[];
}

const CUSTOMER = 'expressCustomer { expressCustomerId externalReferenceId }';

const changeOf = (name: string): string => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return `mutation ($input: ${type}!) { ${name}(input: $input) { version } }`;
};

/**
 * Clients that upsert, update, deactivate and reactivate the same few customers, each at one of several instances. Like careful
 * integrations they send a call again until it is answered, which all of these calls allow.
 */
export class InterleavedClients {
  /** The references of all customers that were created, with the ids by which they were answered. */
  readonly customers = new Map<string, Set<string>>();
  /** Codes of errors that the clients were answered. */
  readonly refusals = new Set<string>();
  private readonly below: (limit: number) => number;

  constructor(
    private readonly urls: string[],
    private readonly token: string,
    seed: number,
  ) {
    this.below = numbersFrom(seed);
  }

  /** Lets as many clients send a call each, simultaneously, and waits until all are answered. */
  async runRound(clients: number): Promise<void> {
    const calls = Array.from({ length: clients }, () => this.chooseCall());
    await Promise.all(calls.map((call) => this.sendUntilAnswered(call)));
  }

  private chooseItem(externalReferenceId = `R${this.below(REFERENCES)}`): object {
    return {
      externalReferenceId,
      expressCustomerName: `Name ${this.below(3)}`,
      setMetadata: { [`key${this.below(5)}`]: `${this.below(3)}` },
      unsetMetadata: [`gone${this.below(2)}`],
      ...(this.below(3) === 0 && { reactivate: true }),
    };
  }

  private chooseCall(): Call {
    const kind = this.below(6);
    const known = [...this.customers.values()].flatMap((ids) => [...ids]);
    if (kind < 2 || known.length === 0)
      return {
        document: `mutation ($input: UpsertExpressCustomerInput!) { upsertExpressCustomer(input: $input) { ${CUSTOMER} } }`,
        variables: { input: this.chooseItem() },
      };
    if (kind === 2) {
      const [from, count] = [this.below(REFERENCES), 1 + this.below(20)];
      const references = Array.from({ length: count }, (_, n) => `R${(from + n * 7) % REFERENCES}`);
      return {
        document: `mutation ($inputs: [UpsertExpressCustomerInput!]!) { upsertExpressCustomers(inputs: $inputs) { ${CUSTOMER} } }`,
        variables: { inputs: [...new Set(references)].map((reference) => this.chooseItem(reference)) },
      };
    }
    const expressCustomerId = known[this.below(known.length)];
    const name = ['updateExpressCustomer', 'deactivateExpressCustomer', 'reactivateExpressCustomer'][kind - 3]!;
    const input = { expressCustomerId, ...(kind === 3 && { expressCustomerName: `Name ${this.below(3)}` }) };
    return { document: changeOf(name), variables: { input } };
  }

  private async sendUntilAnswered(call: Call): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const answer = await this.send(call).catch(() => null);
      if (answer?.data) return this.remember(answer.data);
      for (const { extensions } of answer?.errors ?? []) this.refusals.add(extensions.code);
      await sleep(PAUSE_MS);
    }
    throw new Error('A call was not answered however often it was sent.');
  }

  private async send({ document, variables }: Call): Promise<Answer> {
    const url = this.urls[this.below(this.urls.length)]!;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ query: document, variables }),
      signal: AbortSignal.timeout(15_000),
    });
    return (await response.json()) as Answer;
  }

  private remember(data: Record<string, unknown>): void {
    for (const answered of Object.values(data).flat() as { expressCustomer?: Record<string, string> | null }[]) {
      if (!answered.expressCustomer) continue;
      const { externalReferenceId, expressCustomerId } = answered.expressCustomer;
      const ids = this.customers.get(externalReferenceId!) ?? new Set();
      this.customers.set(externalReferenceId!, ids.add(expressCustomerId!));
    }
  }
}
