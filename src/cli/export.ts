import { once } from 'node:events';
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { Option, type Command } from 'commander';
import { toExpressCustomer, type ExpressCustomer } from '../customer/contract/express-customer.type.js';
import { ExpressCustomerOrder, ExpressCustomersArgs } from '../customer/contract/express-customers.args.js';
import type { ExpressCustomersPage } from '../customer/use-cases/express-customers.js';
import { expressCustomers } from '../customer/use-cases/index.js';
import type { RequestContext } from '../identity/request-context.js';
import { PAGE_SIZE } from '../shared/page.js';
import { parseInput } from '../shared/validation.js';
import { parseUuid } from './arguments.js';
import { withDatabase } from './command.js';
import { formatCustomers } from './export-format.js';
import { createError, writeError } from './files.js';
import type { Format } from './import/lines.js';
import { requireKeyContext } from './key-context.js';
import { showProgress } from './progress.js';
import type { Terminal } from './terminal.js';

interface ExportOptions {
  clinic: string;
  key: string;
  format: Format;
  output?: string;
}

const withoutId = ({ id: _, ...customer }: ExpressCustomer): object => customer;

const findPage = (context: RequestContext, first: number, after?: string): Promise<ExpressCustomersPage> => {
  const orderBy = ExpressCustomerOrder.CREATED_AT_ASC;
  return expressCustomers(context, parseInput(ExpressCustomersArgs, { first, after, orderBy }));
};

/** All customers of the clinic, oldest first, one page at a time. */
async function* findAllPages(context: RequestContext): AsyncGenerator<object[]> {
  let after: string | undefined;
  do {
    const page = await findPage(context, PAGE_SIZE.max, after);
    yield page.rows.map((row) => withoutId(toExpressCustomer(row)));
    const last = page.rows.at(-1);
    after = page.hasNextPage && last ? page.cursorOf(last) : undefined;
  } while (after !== undefined);
}

async function writeCustomers(
  terminal: Terminal,
  context: RequestContext,
  format: Format,
  write: (text: string) => Promise<void>,
): Promise<number> {
  // Customers that are created meanwhile are written too; the bar is then full a little early.
  const total = await (await findPage(context, 1)).count();
  const progress = showProgress(terminal, total > 0 ? total : null);
  let lines = 0;
  try {
    for await (const customers of findAllPages(context)) {
      await write(formatCustomers(customers, format, lines === 0));
      lines += customers.length;
      progress.update(Math.min(lines, total), lines);
    }
  } finally {
    progress.stop();
  }
  return lines;
}

async function writeTo(output: Writable, text: string): Promise<void> {
  if (!output.write(text)) await once(output, 'drain');
}

/** Creates a file that only its owner may read. @throws OperatorError also when there is one already. */
const createFile = (path: string): Promise<FileHandle> =>
  open(path, 'wx', 0o600).catch((error: unknown) => {
    throw createError('--output', path, error);
  });

/** Runs work with a new file, which is removed when the work fails: half an export looks like a whole one. */
async function withNewFile(path: string, work: (write: (text: string) => Promise<void>) => Promise<number>) {
  const file = await createFile(path);
  const translate = (error: unknown): never => {
    throw writeError(`--output ${path}`, error);
  };
  try {
    const lines = await work((text) => file.appendFile(text).catch(translate));
    await file.sync().catch(translate);
    await file.close().catch(translate);
    return lines;
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

async function exportCustomers(terminal: Terminal, options: ExportOptions): Promise<void> {
  const { format, output } = options;
  const lines = await withDatabase(terminal, async (database) => {
    const context = await requireKeyContext(database, options);
    const run = (write: (text: string) => Promise<void>) => writeCustomers(terminal, context, format, write);
    return output === undefined ? run((text) => writeTo(terminal.stdout, text)) : withNewFile(output, run);
  });
  terminal.stderr.write(`${lines} customers\n`);
}

const ABOUT = `write all customers of a clinic, oldest first, to standard output or a new file; import reads it back`;

export function addExportCommand(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .description(ABOUT)
    .requiredOption('--clinic <uuid>', 'the clinic of the customers', parseUuid)
    .requiredOption('--key <uuid>', 'an API key of the clinic with the scope express:read', parseUuid)
    .addOption(new Option('--format <format>', 'the format of the output').choices(['ndjson', 'csv']).default('ndjson'))
    .option('--output <file>', 'a file that does not exist yet; without it, standard output')
    .action(exportCustomers.bind(null, terminal));
}
