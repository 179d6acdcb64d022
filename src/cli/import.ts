import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import canonicalize from 'canonicalize';
import { Option, type Command } from 'commander';
import { CreateExpressCustomerInput } from '../customer/contract/create-express-customer.input.js';
import { createExpressCustomer } from '../customer/use-cases/index.js';
import { databaseTime } from '../identity/api-keys.js';
import { authorise, type RequestContext } from '../identity/request-context.js';
import { AppError } from '../shared/app-error.js';
import { validInput } from '../shared/validation.js';
import { uuid } from './arguments.js';
import { addCommand, withDatabase } from './command.js';
import { readImportLines, type Format, type ImportLine } from './import-lines.js';
import { IncompleteError } from './incomplete-error.js';
import { contextOfKey } from './key-context.js';
import { print, type OutputOptions } from './output.js';
import { showProgress, type Progress } from './progress.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

const AT_ONCE = 64;

/** What an export says of a customer and an import cannot set: a line of one can be imported as it is. */
const NOT_TAKEN = [
  ...['id', 'expressCustomerId', 'isActive', 'userCount', 'version', 'createdAt', 'updatedAt'],
  ...['createdByApiKeyId', 'createdByUserId'],
];

interface ImportOptions extends OutputOptions {
  clinic: string;
  key: string;
  format?: Format;
  dryRun?: boolean;
}

interface Tally {
  created: number;
  alreadyThere: number;
  refused: number;
}

function inputOf(value: unknown): CreateExpressCustomerInput {
  if (typeof value !== 'object' || value === null) return validInput(CreateExpressCustomerInput, value);
  const given = Object.entries(value).filter(([name, of]) => of !== undefined && !NOT_TAKEN.includes(name));
  return validInput(CreateExpressCustomerInput, Object.fromEntries(given));
}

/** Runs an import's lines, a few at once, and tells of each that is refused. */
class Import {
  readonly tally: Tally = { created: 0, alreadyThere: 0, refused: 0 };
  private readonly running = new Set<Promise<void>>();
  private readonly seen = new Map<string, number>();
  private failure: unknown;

  constructor(
    private readonly progress: Progress,
    private readonly context: RequestContext,
    private readonly began: Date,
    private readonly isDry: boolean,
  ) {}

  /** Begins a line, as soon as there is room. @throws what stopped an earlier one and would stop all others. */
  async add(line: ImportLine): Promise<void> {
    while (this.running.size >= AT_ONCE) await Promise.race(this.running);
    if (this.failure) throw this.failure as Error;
    const work: Promise<void> = this.run(line)
      .catch((error: unknown) => void (this.failure ??= error))
      .finally(() => this.running.delete(work));
    this.running.add(work);
  }

  async end(): Promise<void> {
    await Promise.all(this.running);
    if (this.failure) throw this.failure as Error;
  }

  private async run(line: ImportLine): Promise<void> {
    if ('unreadable' in line) return this.refuse(line.line, line.unreadable);
    try {
      await this.create(inputOf(line.value));
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      const faults = error.details.fields ?? [];
      const told = faults.map(({ path, code, message }) =>
        `${path.join('.').slice(0, 120)} ${code}: ${message}`.trim(),
      );
      this.refuse(line.line, told.join(' ') || `${error.code}: ${error.message}`);
    }
  }

  private async create(input: CreateExpressCustomerInput): Promise<void> {
    const idempotencyKey = input.idempotencyKey ?? this.keyOf(input);
    if (this.isDry) return void (this.tally.created += 1);
    const { createdAt } = await createExpressCustomer(this.context, { ...input, idempotencyKey });
    this.tally[createdAt < this.began ? 'alreadyThere' : 'created'] += 1;
  }

  // By what the line says, and which of its equals it is: lines may be mended, moved and added between two runs.
  private keyOf(input: CreateExpressCustomerInput): string {
    const digest = createHash('sha256').update(canonicalize(input)!).digest('base64url');
    const place = (this.seen.get(digest) ?? 0) + 1;
    this.seen.set(digest, place);
    return `import ${digest} ${place}`;
  }

  private refuse(line: number, why: string): void {
    this.tally.refused += 1;
    this.progress.tell(`line ${line}: ${why}`);
  }
}

const formatOf = (file: string, given: Format | undefined): Format => {
  const format = given ?? /\.(ndjson|jsonl|csv)$/i.exec(file)?.[1]?.toLowerCase().replace('jsonl', 'ndjson');
  if (format === undefined) throw new UsageError('Say what it is: --format ndjson or --format csv.');
  return format as Format;
};

async function sizeOf(file: string): Promise<number | null> {
  if (file === '-') return null;
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) throw new UsageError('There is no such file.');
  return found.size;
}

async function runLines(work: Import, input: Readable, format: Format, progress: Progress): Promise<number> {
  let lines = 0;
  let bytes = 0;
  input.on('data', (chunk: Buffer) => (bytes += chunk.length));
  input.pause();
  for await (const line of readImportLines(input, format)) {
    await work.add(line);
    lines += 1;
    progress.update(bytes, lines);
  }
  await work.end();
  return lines;
}

async function importCustomers(terminal: Terminal, file: string, options: ImportOptions): Promise<void> {
  const format = formatOf(file, options.format);
  const size = await sizeOf(file);
  const started = performance.now();
  const progress = showProgress(terminal, size);
  const { tally, lines } = await withDatabase(terminal, async (database) => {
    const context = await contextOfKey(database, options);
    authorise(context, 'express:write');
    const work = new Import(
      progress,
      context,
      await databaseTime(database.dataSource.manager),
      options.dryRun === true,
    );
    const input = file === '-' ? terminal.stdin : createReadStream(file);
    return { lines: await runLines(work, input, format, progress), tally: work.tally };
  }).finally(() => progress.stop());
  const seconds = (performance.now() - started) / 1_000;
  const verb = options.dryRun ? 'would be created' : 'created';
  const { created, alreadyThere, refused } = tally;
  const rate = `${seconds.toFixed(1)} s, ${Math.round(lines / seconds)} lines/s`;
  print(terminal, options, { lines, ...tally, seconds, dryRun: options.dryRun === true }, () =>
    [`${lines} lines: ${created} ${verb}, ${alreadyThere} already there, ${refused} refused`, rate].join('; '),
  );
  if (refused > 0)
    throw new IncompleteError('Mend the refused lines and run the whole file again: what is there is not made twice.');
}

const ABOUT = `create customers from a file, or from standard input (-)

NDJSON: one object a line, with expressCustomerName, metadata and, if you like, an idempotencyKey.
CSV: a first line with these names; metadata as a JSON object. What an export adds is left aside.

A line that is refused is told with its number and the reason, and the others go in. Within 24 hours the same file can be run again, mended or not: a line that is already in is found by its content and not made twice.`;

export function addImportCommand(program: Command, terminal: Terminal): void {
  addCommand(program, 'import', ABOUT)
    .summary('create customers from a file, or from standard input (-)')
    .argument('<file>', 'the file; - for standard input')
    .requiredOption('--clinic <uuid>', 'the clinic whose customers they are', uuid)
    .requiredOption('--key <uuid>', 'the API key that is recorded as their creator', uuid)
    .addOption(
      new Option('--format <format>', "what it is, where the file's name does not tell").choices(['ndjson', 'csv']),
    )
    .option('--dry-run', 'only check the lines; write nothing')
    .action(importCustomers.bind(null, terminal));
}
