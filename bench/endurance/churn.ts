import { setTimeout as sleep } from 'node:timers/promises';
import { createClinic } from '../../src/identity/create-clinic.js';
import { issueApiKey } from '../../src/identity/issue-api-key.js';
import type { PreparedFixture } from '../service/fixture.js';
import type { RunningTarget } from '../service/running-target.js';

const CLINICS = 400;
const KEYS_PER_CLINIC = 2;
const CALLERS = 24;
const FIELDS = 14;
const SAMPLE_MS = 2_000;

/** What a run of churn came to. */
export interface Churn {
  calls: number;
  /** Calls that were answered with something else than was to be expected. */
  wrong: number;
  /** Resident memory in MB, every two seconds. */
  memory: number[];
}

/** One caller's key, and what it has seen. */
interface Caller {
  token: string;
  customerId: string;
  cursor: string | null;
}

interface Body {
  data?: Record<string, any> | null;
  errors?: unknown[];
}

async function issueKeys({ dataSource: { manager } }: PreparedFixture): Promise<Caller[]> {
  const callers: Caller[] = [];
  for (let clinic = 0; clinic < CLINICS; clinic += 1) {
    const clinicId = await createClinic(manager, `Clinic ${clinic}`);
    for (let key = 0; key < KEYS_PER_CLINIC; key += 1) {
      const { token } = await issueApiKey(manager, {
        ...{ clinicId, scopes: ['express:read', 'express:write'], description: 'churn' },
      });
      callers.push({ token, customerId: 'cus_none', cursor: null });
    }
  }
  return callers;
}

const LIST = `query ($after: String) { expressCustomers(first: 10, after: $after) {
  nodes { expressCustomerId metadata } pageInfo { endCursor } } }`;

/** A document that nobody has sent before, nor sends again, of some 4 KB. */
const newDocument = (n: number, customerId: string): string => {
  const fields = Array.from(
    { length: FIELDS },
    (_, at) => `field${n}_${at}: expressCustomer(expressCustomerId: "${customerId}${'0'.repeat(200)}") {
      expressCustomerName metadata userCount isActive version createdAt updatedAt }`,
  );
  return `query Q${n} { ${fields.join('\n')} }`;
};

/** Sends one call of a kind that changes with `n`. @returns whether it was answered as it should be. */
async function callOnce(url: string, caller: Caller, n: number): Promise<boolean> {
  const send = async (token: string, query: string, variables = {}): Promise<Body> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Body;
  };
  switch (n % 5) {
    case 0: {
      const query = `mutation M${n % 3_000}($input: CreateExpressCustomerInput!) {
        created${n % 3_000}: createExpressCustomer(input: $input) { expressCustomerId metadata } }`;
      const metadata = { note: 'x'.repeat(n % 900) };
      const { data } = await send(caller.token, query, { input: { expressCustomerName: `Name ${n}`, metadata } });
      const [created] = Object.values(data ?? {});
      caller.customerId = created?.expressCustomerId ?? caller.customerId;
      return created !== undefined;
    }
    case 1: {
      const { data, errors } = await send(caller.token, newDocument(n, caller.customerId));
      return errors === undefined && data !== null;
    }
    case 2: {
      const { data } = await send(caller.token, LIST, { after: caller.cursor });
      caller.cursor = data?.expressCustomers.pageInfo.endCursor ?? null;
      return data !== undefined && data !== null;
    }
    case 3: {
      const document = newDocument(n, caller.customerId);
      const [first, second] = [await send(caller.token, document), await send(caller.token, document)];
      return first.errors === undefined && JSON.stringify(first) === JSON.stringify(second);
    }
    default:
      return (await send(`avk_${'x'.repeat(n % 60)}`, '{ __typename }')).errors !== undefined;
  }
}

/**
 * Calls with documents, keys, clinics and cursors that change all the time, which fills whatever remembers one of them, and
 * follows the memory.
 */
export async function churn(running: RunningTarget, fixture: PreparedFixture, seconds: number): Promise<Churn> {
  const callers = await issueKeys(fixture);
  const result: Churn = { calls: 0, wrong: 0, memory: [] };
  const until = performance.now() + seconds * 1_000;
  const isOn = () => performance.now() < until;
  async function call(): Promise<void> {
    while (isOn()) {
      const n = result.calls++;
      if (!(await callOnce(running.url, callers[(n * 7) % callers.length]!, n))) result.wrong += 1;
    }
  }
  async function follow(): Promise<void> {
    while (isOn()) {
      await sleep(SAMPLE_MS);
      result.memory.push(await running.memory());
    }
  }
  await Promise.all([follow(), ...Array.from({ length: CALLERS }, call)]);
  return result;
}
