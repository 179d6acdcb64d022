import { setTimeout as sleep } from 'node:timers/promises';

interface GraphQLProblem {
  message: string;
  extensions?: { code?: string };
}

interface Answer<Data> {
  data?: Data | null;
  errors?: GraphQLProblem[];
}

/** A call that was refused; repeating it as it is would not help. */
export class Refused extends Error {
  constructor({ message, extensions }: GraphQLProblem) {
    super(`${extensions?.code ?? 'ERROR'}: ${message}`);
  }
}

const MAX_PAUSE_S = 30;
const TIMEOUT_MS = 60_000;

/** The service works again later: it is away, overloaded, restarting, or the credential has spent its points. */
const isTemporary = (status: number): boolean => status === 429 || status >= 500;

function parse<Data>(status: number, text: string): Answer<Data> {
  try {
    return JSON.parse(text) as Answer<Data>;
  } catch {
    throw new Refused({ message: `AVARA_EXPRESS_URL answers ${status} without JSON; is it the address of /graphql?` });
  }
}

/** Calls the GraphQL API by plain fetch, and repeats a call until it is answered. */
export class Client {
  /** @param signal ends the waiting for a service that is away. */
  constructor(
    private readonly url: string,
    private readonly key: string,
    private readonly signal?: AbortSignal,
  ) {}

  /**
   * Sends a document until the service answers. Only for calls that may be repeated: queries, upserts, deactivation.
   * @throws Refused when the answer is an error, the signal's reason when it is aborted.
   */
  async request<Data>(query: string, variables: object): Promise<Data> {
    for (let failures = 0; ; failures += 1) {
      const answer = await this.send<Data>(query, variables);
      if (typeof answer !== 'number') return answer;
      const pause = Math.max(answer, Math.min(2 ** failures / 4, MAX_PAUSE_S));
      await sleep(pause * 1_000, undefined, this.signal && { signal: this.signal });
    }
  }

  /** @returns the data, or after how many seconds to try again. */
  private async send<Data>(query: string, variables: object): Promise<Data | number> {
    this.signal?.throwIfAborted();
    const answer = await this.post(JSON.stringify({ query, variables })).catch(() => null);
    // No answer, or half of one: whether the call took effect is not known, and does not matter when it may be repeated.
    if (answer === null) return 0;
    const { status, retryAfter, text } = answer;
    if (isTemporary(status)) return retryAfter;
    const { data, errors } = parse<Data>(status, text);
    if (errors?.[0]) throw new Refused(errors[0]);
    return data!;
  }

  private async post(body: string) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.key}` };
    const response = await fetch(this.url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const retryAfter = Number(response.headers.get('retry-after') ?? 0);
    return { status: response.status, retryAfter, text: await response.text() };
  }
}
