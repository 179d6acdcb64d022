import { setTimeout as sleep } from 'node:timers/promises';

const MAX_RETRIES = 2;

export interface RestAnswer {
  status: number;
  headers: Headers;
  body: Record<string, any>;
}

export class RestError extends Error {
  constructor(readonly answer: RestAnswer) {
    super(String(answer.body.message));
  }
}

/** How patient a client is. The libraries wait a minute for an answer, and 0.5 s, then 1 s before they try again. */
export interface Patience {
  timeoutMs?: number;
  /** The pause before the first retry, doubled for the second, each shortened by up to a quarter. */
  backoffMs?: number;
}

interface Options {
  body?: unknown;
  headers?: Record<string, string>;
  query?: Record<string, string>;
}

/**
 * Behaves as the published client libraries do: tries again twice on broken connections, 408, 409, 429 and from 500 on,
 * unless asked not to; marks each try; knows only a bearer key; pages until there is no cursor; writes limits as decimals.
 */
export class RestClient {
  /** Every request that was sent, retries included. */
  sent = 0;

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly patience: Patience = {},
  ) {}

  async call(method: string, path: string, { body, headers = {}, query = {} }: Options = {}): Promise<RestAnswer> {
    for (let retry = 0; ; retry += 1) {
      const answer = await this.send(method, `${path}?${new URLSearchParams(query).toString()}`, body, {
        ...headers,
        'x-stainless-retry-count': String(retry),
      });
      if (answer && answer.status < 400) return answer;
      if (retry === MAX_RETRIES || (answer && !this.mayRetry(answer))) {
        if (!answer) throw new Error('Connection error.');
        throw new RestError(answer);
      }
      await sleep(this.pauseMs(answer, retry));
    }
  }

  create = (body: object, headers?: Record<string, string>) =>
    this.call('POST', '/v1/express', { body, ...(headers && { headers }) });
  retrieve = (id: string) => this.call('GET', `/v1/express/${id}`);
  update = (id: string, body?: object, headers?: Record<string, string>) =>
    this.call('PATCH', `/v1/express/${id}`, { body, ...(headers && { headers }) });
  deactivate = (id: string) => this.call('POST', `/v1/express/${id}/deactivate`);
  reactivate = (id: string) => this.call('POST', `/v1/express/${id}/reactivate`);
  addUser = (id: string, userId: string, headers: Record<string, string> = {}) =>
    this.call('POST', `/v1/express/${id}/users`, { body: { userId }, headers });
  removeUser = (id: string, userId: string, headers: Record<string, string> = {}) =>
    this.call('DELETE', `/v1/express/${id}/users`, { body: { userId }, headers });

  /** All customers, page by page, going on as long as the page is not empty and a cursor came with it. */
  async list(query: Record<string, string> = {}): Promise<Record<string, any>[]> {
    const all: Record<string, any>[] = [];
    let cursor: string | null = null;
    do {
      const page: RestAnswer = await this.call('GET', '/v1/express', {
        query: { limit: '20.0', ...query, ...(cursor !== null && { cursor }) },
      });
      all.push(...page.body.expressCustomers);
      cursor = page.body.expressCustomers.length > 0 ? page.body.cursor : null;
    } while (cursor !== null);
    return all;
  }

  private pauseMs(answer: RestAnswer | null, retry: number): number {
    const retryAfter = answer?.headers.get('retry-after') ?? null;
    if (retryAfter !== null) return Number(retryAfter) * 1_000;
    return (this.patience.backoffMs ?? 0) * 2 ** retry * (1 - Math.random() / 4);
  }

  private mayRetry({ status, headers }: RestAnswer): boolean {
    if (headers.get('x-should-retry') === 'false') return false;
    return status === 408 || status === 409 || status === 429 || status >= 500;
  }

  private async send(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<RestAnswer | null> {
    this.sent += 1;
    try {
      const response = await fetch(this.url + path, {
        method,
        ...(this.patience.timeoutMs !== undefined && { signal: AbortSignal.timeout(this.patience.timeoutMs) }),
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: JSON.parse(text) as Record<string, any> };
    } catch {
      return null;
    }
  }
}
