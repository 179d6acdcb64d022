import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import { stringify } from 'csv-stringify/sync';
import { toExpressCustomer, type ExpressCustomer } from '../customer/contract/express-customer.type.js';
import { ExpressCustomerOrder, ExpressCustomersArgs } from '../customer/contract/express-customers.args.js';
import type { ExpressCustomersPage } from '../customer/use-cases/express-customers.js';
import { expressCustomers } from '../customer/use-cases/index.js';
import type { RequestContext } from '../identity/request-context.js';
import { validInput } from '../shared/validation.js';
import { uuid } from './arguments.js';
import { withDatabase } from './command.js';
import type { Format } from './import-lines.js';
import { contextOfKey } from './key-context.js';
import { showProgress } from './progress.js';
import type { Terminal } from './terminal.js';

const PAGE = 100;
const COLUMNS = [
  ...['expressCustomerId', 'expressCustomerName', 'isActive', 'userCount', 'metadata', 'version'],
  ...['createdAt', 'updatedAt', 'createdByApiKeyId', 'createdByUserId'],
];

interface ExportOptions {
  clinic: string;
  key: string;
  format: Format;
  output?: string;
}

const withoutId = ({ id: _, ...customer }: ExpressCustomer): object => customer;

const csvOf = (customers: object[], header: boolean): string =>
  stringify(customers, { header, columns: COLUMNS, cast: { date: (date) => date.toISOString(), boolean: String } });

const textOf = (customers: object[], format: Format, isFirst: boolean): string =>
  format === 'csv' ? csvOf(customers, isFirst) : customers.map((customer) => `${JSON.stringify(customer)}\n`).join('');

const pageOf = (context: RequestContext, first: number, after?: string): Promise<ExpressCustomersPage> => {
  const orderBy = ExpressCustomerOrder.CREATED_AT_ASC;
  return expressCustomers(context, validInput(ExpressCustomersArgs, { first, after, orderBy }));
};

/** All customers of the clinic, oldest first, a page at a time. */
async function* pages(context: RequestContext): AsyncGenerator<object[]> {
  let after: string | undefined;
  do {
    const page = await pageOf(context, PAGE, after);
    yield page.rows.map((row) => withoutId(toExpressCustomer(row)));
    const last = page.rows.at(-1);
    after = page.hasNextPage && last ? page.cursorOf(last) : undefined;
  } while (after !== undefined);
}

async function write(
  terminal: Terminal,
  context: RequestContext,
  { format }: ExportOptions,
  output: Writable,
): Promise<number> {
  // Those that are created meanwhile are written too; the bar is then full a little early.
  const total = await (await pageOf(context, 1)).count();
  const progress = showProgress(terminal, total > 0 ? total : null);
  let lines = 0;
  try {
    for await (const customers of pages(context)) {
      if (!output.write(textOf(customers, format, lines === 0))) await once(output, 'drain');
      lines += customers.length;
      progress.update(Math.min(lines, total), lines);
    }
  } finally {
    progress.stop();
  }
  return lines;
}

async function exportCustomers(terminal: Terminal, options: ExportOptions): Promise<void> {
  const lines = await withDatabase(terminal, async (database) => {
    const context = await contextOfKey(database, options);
    if (options.output === undefined) return write(terminal, context, options, terminal.stdout);
    // Never over a file that is there.
    const file = createWriteStream(options.output, { flags: 'wx', mode: 0o600 });
    await once(file, 'open');
    const written = await write(terminal, context, options, file);
    file.end();
    await finished(file);
    return written;
  });
  terminal.stderr.write(`${lines} customers\n`);
}

const ABOUT = `write all customers of a clinic, oldest first, to standard output or a new file; import takes it back`;

export function addExportCommand(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .description(ABOUT)
    .requiredOption('--clinic <uuid>', 'the clinic whose customers they are', uuid)
    .requiredOption('--key <uuid>', 'an API key of the clinic that may read', uuid)
    .addOption(new Option('--format <format>', 'how they are written').choices(['ndjson', 'csv']).default('ndjson'))
    .option('--output <file>', 'a file that does not exist yet')
    .action(exportCustomers.bind(null, terminal));
}
