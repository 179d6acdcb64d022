import autocannon from 'autocannon';
import type { Call, Operation, Target, Variables } from './targets.js';
import type { RunningTarget } from './running-target.js';

const CONNECTIONS = 64;
const CALLS_A_CONNECTION = 256;

export interface Run {
  perSecond: number;
  answered: number;
  p99: number;
}

export interface LoadOptions {
  seconds: number;
  connections?: number;
  /** Requests per second that are offered; as many as are answered when left out. */
  rate?: number;
}

export interface Fixture extends Omit<Variables, 'expressCustomerId'> {
  token: string;
  /** Ids of customers that exist. */
  ids: string[];
}

function callsOf(target: Target, operation: Operation, fixture: Fixture, connection: number, count: number): Call[] {
  return Array.from({ length: count }, (_, n) => {
    const expressCustomerId = fixture.ids[(connection * 7_919 + n * 31) % fixture.ids.length]!;
    return target.call(operation, { ...fixture, expressCustomerId })!;
  });
}

/** Asks one operation over keep-alive connections. Every answer must be right, or the bench ends. */
export async function load(
  { target, url }: RunningTarget,
  operation: Operation,
  fixture: Fixture,
  { seconds, connections = CONNECTIONS, rate }: LoadOptions,
): Promise<Run> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${fixture.token}` };
  // An id that the caller makes may be used once, so those calls are prepared for the whole run.
  const isOnce = target.name === 'PostGraphile' && operation === 'create';
  const count = isOnce ? Math.ceil(150 * seconds) : CALLS_A_CONNECTION;
  const prepared = Array.from({ length: connections }, (_, n) => callsOf(target, operation, fixture, n, count));
  let connection = 0;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    ...(rate !== undefined && { overallRate: rate }),
    headers,
    setupClient: (client) => {
      client.setRequests(prepared[connection++ % connections]!);
    },
    verifyBody: (body) => !String(body).includes('"errors"') && String(body).includes('xpressCustomerName'),
  });
  const { requests, non2xx, errors, mismatches, latency } = result as typeof result & { mismatches: number };
  const wrong = non2xx + errors + mismatches;
  if (wrong > 0)
    throw new Error(`${target.name}, ${operation}: ${non2xx} not 2xx, ${errors} errors, ${mismatches} wrong answers`);
  const answered = requests.total;
  return { perSecond: answered / result.duration, answered, p99: latency.p99 };
}
