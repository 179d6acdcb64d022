import autocannon from 'autocannon';
import type { Call, Case } from './cases.js';
import { generateByWrk, hasWrk, type Load } from './generate-wrk.js';
import type { RunningTarget } from './running-target.js';
import type { Target, Variables } from './targets.js';

const CONNECTIONS = 64;
const CALLS_PER_CONNECTION = 256;
const CHECKED = 16;

export interface Run extends Load {
  generator: 'wrk' | 'autocannon';
}

export interface LoadOptions {
  seconds: number;
  connections?: number;
  /** Requests per second that are offered; as many as are answered when left out. */
  rate?: number;
}

export interface Fixture extends Omit<Variables, 'expressCustomerId' | 'batch'> {
  token: string;
  /** Ids of customers that exist. */
  ids: string[];
}

function callsOf(target: Target, name: Case, fixture: Fixture, connection: number, count: number): Call[] {
  const idAt = (n: number) => fixture.ids[(connection * 7_919 + n * 31) % fixture.ids.length]!;
  return Array.from({ length: count }, (_, n) => {
    const batch = (count: number) => Array.from({ length: count }, (_, at) => idAt(n + at));
    return target.call(name, { ...fixture, expressCustomerId: idAt(n), batch })!;
  });
}

const isRight = (body: string): boolean => !body.includes('"errors"') && body.includes('xpressCustomerName');

const headersOf = ({ token }: Fixture) => ({ 'content-type': 'application/json', authorization: `Bearer ${token}` });

// wrk looks at the status alone.
async function checkAnswers({ target, url }: RunningTarget, name: Case, fixture: Fixture): Promise<void> {
  for (const { method, path, headers, body } of callsOf(target, name, fixture, 1, CHECKED)) {
    const init = { method, headers: { ...headersOf(fixture), ...headers }, ...(body !== undefined && { body }) };
    const text = await (await fetch(url + path, init)).text();
    if (!isRight(text)) throw new Error(`${target.name}, ${name}: a wrong answer: ${text.slice(0, 500)}`);
  }
}

async function generateByAutocannon(
  { target, url }: RunningTarget,
  name: Case,
  fixture: Fixture,
  prepared: Call[][],
  { seconds, connections = CONNECTIONS, rate }: LoadOptions,
): Promise<Load> {
  let connection = 0;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    ...(rate !== undefined && { overallRate: rate }),
    headers: headersOf(fixture),
    setupClient: (client) => {
      const calls = prepared[connection++ % connections]!;
      client.setRequests(calls.map((call) => ({ ...call, headers: { ...headersOf(fixture), ...call.headers } })));
    },
    verifyBody: (body) => isRight(String(body)),
  });
  const { requests, non2xx, errors, mismatches, latency } = result as typeof result & { mismatches: number };
  if (non2xx + errors + mismatches > 0)
    throw new Error(`${target.name}, ${name}: ${non2xx} not 2xx, ${errors} errors, ${mismatches} wrong answers`);
  const answered = requests.total;
  return { perSecond: answered / result.duration, answered, p99: latency.p99 };
}

/**
 * Asks one operation over keep-alive connections: by wrk where it can be had, by autocannon where it cannot, or where a rate is
 * offered, which wrk cannot do. A wrong answer ends the bench: autocannon looks at every one, with wrk some are checked before.
 */
export async function load(running: RunningTarget, name: Case, fixture: Fixture, options: LoadOptions): Promise<Run> {
  const { target, url } = running;
  const { seconds, connections = CONNECTIONS, rate } = options;
  // An id that the caller makes may be used once, so those calls are prepared for the whole run.
  const isOnce = target.name === 'PostGraphile' && name.startsWith('create');
  const count = isOnce ? Math.ceil(150 * seconds) : CALLS_PER_CONNECTION;
  const prepared = Array.from({ length: connections }, (_, n) => callsOf(target, name, fixture, n, count));
  if (!hasWrk || rate !== undefined)
    return { generator: 'autocannon', ...(await generateByAutocannon(running, name, fixture, prepared, options)) };
  await checkAnswers(running, name, fixture);
  const run = await generateByWrk(url, prepared.flat(), headersOf(fixture), { seconds, connections });
  return { generator: 'wrk', ...run };
}
