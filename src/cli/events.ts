import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { ExpressCustomerEventsArgs } from '../customer/contract/express-customer-events.args.js';
import { toExpressCustomerEvent } from '../customer/contract/express-customer-event.type.js';
import { isUnavailable } from '../database/connection/postgres-errors.js';
import { expressCustomerEvents } from '../customer/use-cases/index.js';
import type { RequestContext } from '../identity/request-context.js';
import { PAGE_SIZE, toConnection } from '../shared/page.js';
import { parseInput } from '../shared/validation.js';
import { parseUuid } from './arguments.js';
import { withDatabase } from './command.js';
import { formatLine } from './export-format.js';
import { requireKeyContext } from './key-context.js';
import type { Terminal } from './terminal.js';

const POLL_MS = 1_000;

interface EventsOptions {
  clinic: string;
  key: string;
  after?: string;
  type?: string[];
  customer?: string;
  follow?: boolean;
}

async function findPage(context: RequestContext, { type, customer }: EventsOptions, after: string | undefined) {
  const filter = { types: type, expressCustomerId: customer };
  const page = await expressCustomerEvents(
    context,
    parseInput(ExpressCustomerEventsArgs, { first: PAGE_SIZE.max, after, filter }),
  );
  const { edges, pageInfo } = toConnection(page, toExpressCustomerEvent);
  return { edges, hasNextPage: pageInfo.hasNextPage, endCursor: pageInfo.endCursor! };
}

/** From where to continue. */
interface Place {
  after: string | undefined;
}

/** Prints the next page. @returns whether another one follows. */
async function printPage(
  { stdout }: Terminal,
  context: RequestContext,
  options: EventsOptions,
  place: Place,
  signal: AbortSignal,
): Promise<boolean> {
  const { edges, hasNextPage, endCursor } = await findPage(context, options, place.after);
  for (const { cursor, node } of edges) {
    const isFull = !stdout.write(formatLine({ cursor, ...node }));
    place.after = cursor;
    if (isFull) await once(stdout, 'drain', { signal });
  }
  place.after = endCursor;
  return hasNextPage;
}

/** Prints pages for ever. A database that is away, as in a failover, is waited for. */
async function follow(terminal: Terminal, read: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (let isAway = false; ;) {
    const isMore = await read().catch((error: unknown) => {
      if (!isUnavailable(error)) throw error;
      if (!isAway) terminal.stderr.write('The database does not answer; trying again every second.\n');
      return null;
    });
    isAway = isMore === null;
    if (!isMore) await sleep(POLL_MS, undefined, { signal });
  }
}

/** Runs work until Ctrl-C or SIGTERM, which end it as success. */
async function untilStopped(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await work(stopping.signal);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

async function events(terminal: Terminal, options: EventsOptions): Promise<void> {
  const place: Place = { after: options.after };
  await withDatabase(terminal, async (database) => {
    const context = await requireKeyContext(database, options);
    await untilStopped(async (signal) => {
      const read = () => printPage(terminal, context, options, place, signal);
      if (options.follow) await follow(terminal, read, signal);
      else while (!signal.aborted && (await read()));
    });
  });
  if (place.after !== undefined) terminal.stderr.write(`Continue with --after ${place.after}\n`);
}

const ABOUT =
  'print all changes of a clinic in the order of their commits, a line of JSON each, with the cursor from which to continue';

const collect = (type: string, types: string[] = []): string[] => [...types, type];

export function addEventsCommand(program: Command, terminal: Terminal): void {
  program
    .command('events')
    .description(ABOUT)
    .requiredOption('--clinic <uuid>', 'the clinic whose changes to print', parseUuid)
    .requiredOption('--key <uuid>', 'an API key of the clinic with the scope express:read', parseUuid)
    .option('--after <cursor>', 'the cursor of the last event that you have; without it, from the first event on')
    .option('--type <type>', 'only events of this type, such as express_customer.created; may be repeated', collect)
    .option('--customer <id>', 'only events of this customer')
    .option('--follow', 'continue with new events until Ctrl-C')
    .action(events.bind(null, terminal));
}
