import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.js';

const CHANGES = `query Changes($after: String) {
  expressCustomerEvents(first: 100, after: $after) {
    nodes { position type expressCustomerId changes { path after } }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface Event {
  position: number;
  type: string;
  expressCustomerId: string;
  changes: { path: string; after: unknown }[];
}

interface Page {
  expressCustomerEvents: { nodes: Event[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

/** A copy of the customers, and the place in the feed up to which it is complete. */
export interface Copy {
  after: string | null;
  /** The fields of each customer by their paths, such as `expressCustomerName` and `metadata.city`. */
  customers: Record<string, Record<string, unknown>>;
}

async function readCopy(file: string): Promise<Copy> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Copy;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { after: null, customers: {} };
  }
}

// A file is renamed as a whole or not at all, so the copy and its place in the feed always belong together.
async function writeCopy(file: string, copy: Copy): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(copy, null, 2));
  await rename(`${file}.new`, file);
}

function apply({ customers }: Copy, { expressCustomerId, type, changes }: Event): void {
  const fields = { ...customers[expressCustomerId] };
  if (type === 'express_customer.created') fields.isActive = true;
  for (const { path, after } of changes) {
    // Users are a list of their own.
    if (path === 'users') continue;
    if (after === null) delete fields[path];
    else fields[path] = after;
  }
  customers[expressCustomerId] = fields;
}

/**
 * Reads what has changed since the last call and applies it to the copy in a file: each change once and in order, wherever it was
 * killed before. @returns how many changes there were.
 */
export async function readChanges(client: Client, file: string, report: (text: string) => void): Promise<number> {
  const copy = await readCopy(file);
  let count = 0;
  for (;;) {
    const { nodes, pageInfo } = (await client.request<Page>(CHANGES, { after: copy.after })).expressCustomerEvents;
    for (const event of nodes) apply(copy, event);
    copy.after = pageInfo.endCursor;
    if (nodes.length > 0 || count === 0) await writeCopy(file, copy);
    count += nodes.length;
    for (const { position, type, expressCustomerId } of nodes) report(`${position} ${type} ${expressCustomerId}`);
    if (!pageInfo.hasNextPage) return count;
  }
}

const POLL_MS = 2_000;

/** Goes on reading changes until the signal is aborted. */
export async function followChanges(
  client: Client,
  file: string,
  report: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await readChanges(client, file, report);
    await sleep(POLL_MS, undefined, { signal });
  }
}
